/** A number as people read it: three digits that mean something, and thousands apart. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const rounded = Number(value.toPrecision(3));
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en') : String(rounded);
}

/** A share as a percentage; nothing where it is not known. */
export const percentage = (share: number | undefined) =>
  share === undefined ? '' : `${Math.round(share * 100)} %`;
