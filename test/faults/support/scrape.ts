import { until } from '../../support/until.ts';

/** The value of a series, as Prometheus would get it. */
export type Scrape = (name: string, labels?: Labels) => number;

type Labels = Readonly<Record<string, string>>;

/** Whatever has an operations port. */
interface Scraped {
  readonly opsUrl: string;
}

/** Reads `/metrics` of a node. Whoever asks for a series that is not there gets an error. */
export async function scrape({ opsUrl }: Scraped): Promise<Scrape> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  return (name, labels = {}) => {
    const line = text.split('\n').find((candidate) => isOf(candidate, name, labels));
    if (line === undefined) throw new Error(`no series ${name} ${JSON.stringify(labels)}`);
    return Number(line.slice(line.lastIndexOf(' ') + 1));
  };
}

/** Some series of a node, from a moment on. */
export interface Watched {
  /** By how much each has grown, in the order in which they were named. */
  growth(): Promise<number[]>;
  /** Resolves when each has grown, with by how much. */
  moved(deadlineMs?: number): Promise<number[]>;
}

/** @param series each with its name and its labels, all of them */
export async function watch(
  node: Scraped,
  ...series: readonly (readonly [name: string, labels?: Labels])[]
): Promise<Watched> {
  const before = await scrape(node);
  const growth = async () => {
    const now = await scrape(node);
    return series.map((one) => now(...one) - before(...one));
  };
  return {
    growth,
    moved: (deadlineMs) =>
      until(
        `${JSON.stringify(series)} to grow`,
        async () => {
          const grown = await growth();
          if (grown.some((by) => by <= 0)) throw new Error(`grown by ${grown.join(', ')}`);
          return grown;
        },
        deadlineMs,
      ),
  };
}

function isOf(line: string, name: string, labels: Labels): boolean {
  if (!line.startsWith(`${name}{`) && !line.startsWith(`${name} `)) return false;
  const own = new Map([...line.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]));
  return (
    own.size === Object.keys(labels).length &&
    Object.entries(labels).every(([label, value]) => own.get(label) === value)
  );
}
