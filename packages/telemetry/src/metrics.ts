import type { Gauges, Metrics } from '@parley/core';
import type { NodeId } from '@parley/protocol';
import { collectDefaultMetrics } from 'prom-client';

import { Instruments } from './instruments.ts';
import { METRICS } from './table.ts';

/** What {@link METRICS.nodeInfo} says. */
export interface NodeInfo {
  readonly node: NodeId;
  /** Version of the software. */
  readonly version: string;
  /** The socket library in use. */
  readonly socket: string;
  /**
   * Also measures the process: event loop, heap, garbage collection, open files. Default true; false where several nodes
   * share one process, because each measurement wakes the event loop a hundred times a second.
   */
  readonly measuresProcess?: boolean;
}

/** The answer to a scrape. */
export interface Scrape {
  readonly contentType: string;
  /** Prometheus text format 0.0.4. */
  readonly text: string;
}

/** The core's port, and what a scrape reads of it. */
export interface ScrapedMetrics extends Metrics {
  render(): Promise<Scrape>;
}

/** The metrics of one node, in a registry of their own. */
export function createMetrics({ measuresProcess = true, ...info }: NodeInfo): ScrapedMetrics {
  const instruments = new Instruments();
  const gauges = gaugesOf(instruments, info);
  const counters = countersOf(instruments);
  if (measuresProcess) collectDefaultMetrics({ register: instruments.registry });
  return {
    ...counters,
    observe: (read) => gauges.readFrom(read),
    async render() {
      gauges.update();
      return { contentType: instruments.registry.contentType, text: await instruments.render() };
    },
  };
}

/** The verbs: no allocation in any of them, because most are called for every signal. */
function countersOf(instruments: Instruments): Omit<Metrics, 'observe'> {
  const upgrades = instruments.tally(METRICS.upgrades);
  const opens = instruments.count(METRICS.opens);
  const closes = instruments.tally(METRICS.closes);
  const messages = instruments.tally(METRICS.messagesReceived);
  const receivedBytes = instruments.count(METRICS.receivedBytes);
  const frames = instruments.tally(METRICS.framesSent);
  const errors = instruments.tally(METRICS.errors);
  const signals = instruments.tallies<'local' | 'remote'>(METRICS.signals);
  const relay = instruments.buckets<'local' | 'remote'>(METRICS.relay);
  const undeliverable = instruments.tally(METRICS.undeliverable);
  const claims = instruments.tally(METRICS.claims);
  const mail = instruments.tally(METRICS.mail);
  const restored = instruments.tally(METRICS.restored);
  const fenced = instruments.tally(METRICS.fenced);
  const limited = instruments.tally(METRICS.limited);
  const limiterUnavailable = instruments.count(METRICS.limiterUnavailable);
  const faults = instruments.count(METRICS.faults);
  const envelopes = instruments.tally(METRICS.envelopes);
  const directory = instruments.buckets<'ok' | 'unavailable'>(METRICS.directory);
  const roomRepairs = instruments.count(METRICS.roomRepairs);
  const matches = instruments.tally(METRICS.matches);
  return {
    upgraded: (outcome) => upgrades.add(outcome),
    sessionOpened: () => opens.add(),
    sessionClosed: (close) => closes.add(close),
    received(type, bytes) {
      messages.add(type);
      receivedBytes.add(bytes);
    },
    errorReplied: (code) => errors.add(code),
    frameSent: (outcome) => frames.add(outcome),
    signalSettled(path, outcome, ms) {
      signals[path].add(outcome);
      if (outcome === 'delivered') relay[path].observe(ms / 1000);
    },
    undeliverable: (reason) => undeliverable.add(reason),
    claimed: (outcome) => claims.add(outcome),
    mailed: (outcome) => mail.add(outcome),
    restored: (what) => restored.add(what),
    fenced: (what) => fenced.add(what),
    limited: (limit) => limited.add(limit),
    limiterUnavailable: () => limiterUnavailable.add(),
    faulted: () => faults.add(),
    envelopes: (direction, count) => envelopes.add(direction, count),
    directoryAnswered: (outcome, ms) => directory[outcome].observe(ms / 1000),
    roomRepaired: () => roomRepairs.add(),
    matched: (size) => matches.add(String(size)),
  };
}

/** The gauges are read all at once, so that one scrape shows one moment. */
function gaugesOf(instruments: Instruments, { node, version, socket }: NodeInfo) {
  const { nodesAlive, redisUp, busHears, sessions, rooms, waiters, pendingReceipts } = METRICS;
  const { blockedLanes, probeAge, drain } = METRICS;
  instruments.gauge(METRICS.nodeInfo).set({ node, version, socket }, 1);
  const gauges = [
    [instruments.gauge(nodesAlive), (now: Gauges) => now.nodesAlive],
    [instruments.gauge(redisUp), (now: Gauges) => Number(now.directoryUp)],
    [instruments.gauge(busHears), (now: Gauges) => Number(now.hears)],
    [instruments.gauge(sessions), (now: Gauges) => now.sessions],
    [instruments.gauge(rooms), (now: Gauges) => now.rooms],
    [instruments.gauge(waiters), (now: Gauges) => now.waiters],
    [instruments.gauge(pendingReceipts), (now: Gauges) => now.pendingReceipts],
    [instruments.gauge(blockedLanes), (now: Gauges) => now.blockedLanes],
    [instruments.gauge(probeAge), (now: Gauges) => now.probeAgeMs / 1_000],
    [instruments.gauge(drain), (now: Gauges) => DRAIN_STATES[now.drain]],
  ] as const;
  let read: (() => Gauges) | undefined;
  return {
    readFrom(reader: () => Gauges) {
      read = reader;
    },
    update() {
      const now = read?.();
      if (now === undefined) return;
      for (const [gauge, valueOf] of gauges) gauge.set(valueOf(now));
    },
  };
}

const DRAIN_STATES: Record<Gauges['drain'], number> = { no: 0, withdrawn: 1, draining: 2 };
