import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Child, temporaryFolder } from './child.ts';
import { withFreePorts } from './ports.ts';
import { pathOf } from './programs.ts';
import { Shipped, shippedPath } from './shipped.ts';

/** A running Prometheus with the scrape configuration and the alerts that ship. */
export interface Prometheus {
  readonly url: string;
  /**
   * Asks PromQL now; what it finds is as old as the last scrape, so put it into `until`.
   *
   * @throws Error with Prometheus' own words, if the question is wrong
   */
  query(promql: string): Promise<readonly Sample[]>;
  stop(): Promise<void>;
}

/** One line of an answer. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a test may vary: which operations ports (`host:port`) are scraped, and how often. */
export interface PrometheusOptions {
  /** Nodes of the job `parley`. */
  readonly targets: readonly string[];
  /** HAProxy's, of the job `haproxy`; none unless given. */
  readonly haproxyTargets?: readonly string[];
  readonly scrapeIntervalMs?: number;
}

/** Starts `infra/prometheus/prometheus.yml` with its rules; it answers, but may not have scraped yet. */
export function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  return withFreePorts(1, async (port) => {
    const folder = temporaryFolder('prometheus');
    const file = join(folder, 'prometheus.yml');
    writeFileSync(file, configuration(options));
    copyFileSync(shippedPath('infra/prometheus/alerts.yml'), join(folder, 'alerts.yml'));
    const url = `http://127.0.0.1:${port}`;
    const args = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child = new Child({ name: 'prometheus', path: pathOf('prometheus'), args, folder });
    await child.ready(async () => (await fetch(`${url}/-/ready`)).ok);
    return { url, query: (promql) => query(url, promql), stop: () => child.stop() };
  });
}

function configuration({ targets, haproxyTargets = [], scrapeIntervalMs = 500 }: PrometheusOptions): string {
  return new Shipped('infra/prometheus/prometheus.yml')
    .replace(/scrape_interval: 15s/, `scrape_interval: ${scrapeIntervalMs}ms`)
    .replace(/evaluation_interval: 15s/, `evaluation_interval: ${scrapeIntervalMs}ms`)
    .replace(/\[node1:9464, node2:9464\]/, JSON.stringify(targets))
    .replace(/\[haproxy:8404\]/, JSON.stringify(haproxyTargets)).text;
}

/** The part of Prometheus' HTTP API that is needed here: instant queries that give a vector. */
interface Answer {
  readonly error?: string;
  readonly data?: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
}

async function query(url: string, promql: string): Promise<readonly Sample[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: promql })}`);
  const { error, data } = (await response.json()) as Answer;
  if (!data) throw new Error(`Prometheus: ${error ?? response.status} (${promql})`);
  return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
}
