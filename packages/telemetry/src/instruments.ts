import { Counter, Gauge, Registry } from 'prom-client';
import type { Histogram } from 'prom-client';

import type { MetricRow } from './table.ts';
import { Buckets, Count, Tally } from './tally.ts';

/**
 * The instruments of one node, each made from its row of the table and registered with prom-client.
 *
 * prom-client hashes the labels of every single observation: a quarter of a microsecond, where a relayed signal costs
 * nine in all and is counted seven times. So a node counts in plain maps and arrays (`tally.ts`), and the totals are handed over
 * when it is scraped.
 */
export class Instruments {
  readonly registry = new Registry();
  readonly #handOvers: (() => void)[] = [];

  /** For a counter without labels. */
  count(row: MetricRow): Count {
    const count = new Count();
    this.#register(row, (counter) => counter.inc(count.value));
    return count;
  }

  /** For a counter with one label. */
  tally(row: MetricRow): Tally {
    const [[label, values]] = labelsOf(row);
    const tally = new Tally(values);
    this.#register(row, (counter) => {
      for (const [value, count] of tally.entries()) counter.inc({ [label]: value }, count);
    });
    return tally;
  }

  /** For a counter with two labels: a tally of the second for each value of the first. */
  tallies<First extends string>(row: MetricRow): Readonly<Record<First, Tally>> {
    const [[first, firstValues], [second, secondValues]] = labelsOf(row);
    const tallies = firstValues.map((value) => [value, new Tally(secondValues)] as const);
    this.#register(row, (counter) => {
      for (const [of, tally] of tallies) {
        for (const [value, count] of tally.entries()) counter.inc({ [first]: of, [second]: value }, count);
      }
    });
    return Object.fromEntries(tallies) as Record<First, Tally>;
  }

  /** For a histogram with one label: buckets for each of its values. */
  buckets<Value extends string>(row: MetricRow): Readonly<Record<Value, Buckets>> {
    const [[label, values]] = labelsOf(row);
    const buckets = values.map((value) => [value, new Buckets(row.buckets ?? [])] as const);
    const metric = {
      name: row.name,
      get: async () => histogramOf(row, label, buckets),
    };
    // A registry asks a metric for nothing but its name and get(), and takes no histogram that was counted elsewhere.
    this.registry.registerMetric(metric as unknown as Histogram);
    return Object.fromEntries(buckets) as Record<Value, Buckets>;
  }

  gauge(row: MetricRow): Gauge {
    return new Gauge({ ...named(row), registers: [this.registry] });
  }

  /** The text of a scrape. */
  async render(): Promise<string> {
    for (const handOver of this.#handOvers) handOver();
    return this.registry.metrics();
  }

  #register(row: MetricRow, fill: (counter: Counter) => void): void {
    const counter = new Counter({ ...named(row), registers: [this.registry] });
    this.#handOvers.push(() => {
      counter.reset();
      fill(counter);
    });
  }
}

type LabelAndValues = readonly [label: string, values: readonly string[]];

function named({ name, help, labels }: MetricRow) {
  return { name, help, labelNames: Object.keys(labels) };
}

/** As many labels as the caller's kind of instrument has; the table's test holds that each row has them. */
function labelsOf(row: MetricRow) {
  return Object.entries(row.labels) as unknown as readonly [LabelAndValues, LabelAndValues];
}

/** What prom-client's own histogram would answer: cumulative buckets, then sum and count. */
function histogramOf(
  { name, help }: MetricRow,
  label: string,
  buckets: readonly (readonly [value: string, buckets: Buckets])[],
) {
  const values = buckets.flatMap(([value, { upperBounds, counts, count, sum }]) => {
    let below = 0;
    const cumulative = upperBounds.map((bound, index) => [bound, (below += counts[index] ?? 0)] as const);
    return [
      ...[...cumulative, ['+Inf', count] as const].map(([le, n]) => ({
        metricName: `${name}_bucket`,
        labels: { le, [label]: value },
        value: n,
      })),
      { metricName: `${name}_sum`, labels: { [label]: value }, value: sum },
      { metricName: `${name}_count`, labels: { [label]: value }, value: count },
    ];
  });
  return { name, help, type: 'histogram', values };
}
