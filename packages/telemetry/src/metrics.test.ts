import type { Metrics } from '@parley/core';
import { CLOSES, ERROR_CODES, REFUSALS } from '@parley/protocol';
import type { CloseName, ErrorCode, NodeId } from '@parley/protocol';
import { Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';

import { createMetrics } from './metrics.ts';
import { METRICS } from './table.ts';

const info = { node: 'n1' as NodeId, version: '1.2.3', socket: 'ws', measuresProcess: false };

/** What a scrape says after some events: value by series, as Prometheus would store them. */
async function scrape(happen: (metrics: Metrics) => void): Promise<Map<string, number>> {
  const metrics = createMetrics(info);
  happen(metrics);
  return seriesOf((await metrics.render()).text);
}

function seriesOf(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(' ')),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

describe('each verb of the port moves its metrics, and no other', () => {
  const verbs: Record<keyof Metrics, [happen: (metrics: Metrics) => void, moved: Record<string, number>]> = {
    upgraded: [(m) => m.upgraded('accepted'), { 'parley_upgrades_total{outcome="accepted"}': 1 }],
    sessionOpened: [(m) => m.sessionOpened(), { parley_opens_total: 1 }],
    sessionClosed: [
      (m) => m.sessionClosed('connection-lost'),
      { 'parley_closes_total{close="connection-lost"}': 1 },
    ],
    received: [
      (m) => m.received('signal', 1400),
      { 'parley_messages_received_total{type="signal"}': 1, parley_received_bytes_total: 1400 },
    ],
    errorReplied: [(m) => m.errorReplied('room-full'), { 'parley_errors_total{code="room-full"}': 1 }],
    frameSent: [(m) => m.frameSent('queued'), { 'parley_frames_sent_total{outcome="queued"}': 1 }],
    signalSettled: [
      (m) => m.signalSettled('remote', 'peer-unreachable', 3),
      { 'parley_signals_total{path="remote",outcome="peer-unreachable"}': 1 },
    ],
    undeliverable: [(m) => m.undeliverable('missed'), { 'parley_undeliverable_total{reason="missed"}': 1 }],
    claimed: [(m) => m.claimed('resumed'), { 'parley_claims_total{outcome="resumed"}': 1 }],
    mailed: [(m) => m.mailed('handed-again'), { 'parley_mail_total{outcome="handed-again"}': 1 }],
    restored: [(m) => m.restored('room'), { 'parley_restored_total{what="room"}': 1 }],
    fenced: [(m) => m.fenced('seat'), { 'parley_fenced_total{what="seat"}': 1 }],
    limited: [(m) => m.limited('guess-realm'), { 'parley_limited_total{limit="guess-realm"}': 1 }],
    limiterUnavailable: [(m) => m.limiterUnavailable(), { parley_limiter_unavailable_total: 1 }],
    faulted: [(m) => m.faulted(), { parley_faults_total: 1 }],
    envelopes: [(m) => m.envelopes('out', 7), { 'parley_envelopes_total{direction="out"}': 7 }],
    directoryAnswered: [
      (m) => m.directoryAnswered('unavailable', 1500),
      {
        'parley_directory_seconds_bucket{le="+Inf",outcome="unavailable"}': 1,
        'parley_directory_seconds_sum{outcome="unavailable"}': 1.5,
        'parley_directory_seconds_count{outcome="unavailable"}': 1,
      },
    ],
    roomRepaired: [(m) => m.roomRepaired(), { parley_room_repairs_total: 1 }],
    matched: [(m) => m.matched(4), { 'parley_matches_total{size="4"}': 1 }],
    observe: [
      (m) =>
        m.observe(() => ({
          sessions: 1,
          rooms: 2,
          waiters: 3,
          pendingReceipts: 4,
          blockedLanes: 6,
          probeAgeMs: 1_500,
          drain: 'draining',
          nodesAlive: 5,
          directoryUp: true,
          hears: false,
        })),
      {
        parley_sessions: 1,
        parley_rooms: 2,
        parley_waiters: 3,
        parley_pending_receipts: 4,
        parley_blocked_lanes: 6,
        parley_probe_age_seconds: 1.5,
        parley_drain_state: 2,
        parley_nodes_alive: 5,
        parley_redis_up: 1,
      },
    ],
  };

  it.each(Object.entries(verbs))('%s', async (_, [happen, moved]) => {
    const before = await scrape(() => undefined);
    const after = await scrape(happen);
    expect([...after.keys()]).toEqual([...before.keys()]);
    const changed = [...after].filter(([series, value]) => before.get(series) !== value);
    expect(Object.fromEntries(changed)).toEqual(moved);
  });
});

describe('a scrape', () => {
  it('has every metric of the table with its help, type and labels, from the start and at zero', async () => {
    const { text, contentType } = await createMetrics(info).render();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const { name, help, type, labels } of Object.values(METRICS)) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}`);
      for (const label of Object.keys(labels))
        expect(text).toMatch(new RegExp(`^${name}\\w*{.*\\b${label}="`, 'm'));
    }
    const moved = [...seriesOf(text)].filter(([, value]) => value !== 0);
    expect(moved).toEqual([['parley_node_info{node="n1",version="1.2.3",socket="ws"}', 1]]);
  });

  it('reads the gauges at the moment of the scrape, and counts on', async () => {
    const metrics = createMetrics(info);
    let sessions = 1;
    metrics.observe(() => ({
      sessions,
      rooms: 0,
      waiters: 0,
      pendingReceipts: 0,
      blockedLanes: 0,
      probeAgeMs: 0,
      drain: 'no',
      nodesAlive: 1,
      directoryUp: true,
      hears: true,
    }));
    metrics.matched(2);
    const first = seriesOf((await metrics.render()).text);
    sessions = 2;
    metrics.matched(2);
    const second = seriesOf((await metrics.render()).text);
    expect([first.get('parley_sessions'), second.get('parley_sessions')]).toEqual([1, 2]);
    expect([first, second].map((series) => series.get('parley_matches_total{size="2"}'))).toEqual([1, 2]);
  });

  it('shows durations exactly as a histogram of prom-client would', async () => {
    const { name, help, buckets } = METRICS.relay;
    const registry = new Registry();
    const reference = new Histogram({
      name,
      help,
      labelNames: ['path'],
      buckets: [...buckets],
      registers: [registry],
    });
    reference.zero({ path: 'local' });
    reference.zero({ path: 'remote' });
    const metrics = createMetrics(info);
    const durations = [0, 0.05, 0.1, 0.2, 1, 1.01, 40, 1999, 2000, 2001, 60_000];
    for (const ms of durations) {
      metrics.signalSettled('local', 'delivered', ms);
      reference.observe({ path: 'local' }, ms / 1000);
    }
    const expected = seriesOf(await registry.metrics());
    const shown = [...seriesOf((await metrics.render()).text)].filter(([series]) => series.startsWith(name));
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(expected));
  });

  it('times only signals that were delivered', async () => {
    const series = await scrape((metrics) => metrics.signalSettled('local', 'delivery-timeout', 2000));
    expect(series.get('parley_relay_seconds_count{path="local"}')).toBe(0);
  });

  it('counts a label value that is on no list as "other", so that nobody can make time series', async () => {
    const series = await scrape((metrics) =>
      ['x', 'y', '__proto__', 'z'].forEach((strange) => metrics.upgraded(strange)),
    );
    expect(series.get('parley_upgrades_total{outcome="other"}')).toBe(4);
    expect([...series.keys()].filter((name) => /"[xyz]"|__proto__/.test(name))).toEqual([]);
  });

  it('knows every way in which an upgrade, a session and a signal can end', async () => {
    const closes = Object.keys(CLOSES) as CloseName[];
    const errors = Object.keys(ERROR_CODES) as ErrorCode[];
    const series = await scrape((metrics) => {
      for (const refusal of Object.keys(REFUSALS)) metrics.upgraded(refusal);
      for (const close of closes) metrics.sessionClosed(close);
      for (const close of closes.filter((name) => name.startsWith('token-'))) metrics.upgraded(close);
      for (const code of errors) metrics.errorReplied(code);
      for (const code of errors) metrics.signalSettled('local', code, 1);
    });
    expect([...series.keys()].filter((name) => name.includes('"other"'))).toEqual([]);
  });

  it('keeps the nodes of one process apart', async () => {
    const [one, two] = [createMetrics(info), createMetrics(info)];
    one.matched(2);
    expect(seriesOf((await two.render()).text).get('parley_matches_total{size="2"}')).toBe(0);
  });

  it('also measures the process, unless several nodes share it', async () => {
    const measuring = createMetrics({ ...info, measuresProcess: true });
    expect((await measuring.render()).text).toContain('nodejs_eventloop_lag_p99_seconds');
    expect((await createMetrics(info).render()).text).not.toContain('nodejs_');
  });
});
