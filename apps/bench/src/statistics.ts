/**
 * The value that half of them are below.
 *
 * @throws RangeError when there is none
 */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The value below which that share of them is, between neighbours by distance.
 *
 * @param share 0 to 1
 * @throws RangeError when there is no value
 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (below === undefined || above === undefined) throw new RangeError('there is no quantile of nothing');
  return below + (above - below) * (place - Math.floor(place));
}
