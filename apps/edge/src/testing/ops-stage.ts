import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';

import type { LogFields, SessionRecord } from '@parley/core';
import { FakeClock } from '@parley/core/contract';
import { plainNames } from '@parley/core/testing';
import type { InstanceId, NodeId, PeerId, Realm, SessionId, UserId } from '@parley/protocol';
import { onTestFinished } from 'vitest';

import type { OperatorParts } from '../ops-operators.ts';
import { startOps } from '../ops.ts';

export const TOKEN = 'the-token-of-the-operators';
export const OPERATOR = { authorization: `Bearer ${TOKEN}` };
export const OPERATOR_JSON = { ...OPERATOR, 'content-type': 'application/json' };
export const DIGEST = '3f'.repeat(32);

export const SESSION = {
  session: 's1' as SessionId,
  peer: 'p1' as PeerId,
  instance: 'i1' as InstanceId,
  user: 'u1' as UserId,
  realm: 'main' as Realm,
  address: '192.0.2.1',
  origin: 'https://app.example',
  userAgent: 'Browser/1.0',
  token: DIGEST as NonNullable<SessionRecord['token']>,
  ageMs: 60_000,
  idleMs: 1_000,
  rooms: 1,
  queues: 0,
  framesReceived: 3,
  bytesReceived: 300,
  framesSent: 4,
  bytesSent: 400,
};

/** An answer; its body read as JSON, where it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a test expects of it, it says
  readonly body: any;
}

/** An operations port of its own for one test, over a node that does nothing but write down what it was asked for. */
export async function startStage(
  overrides: Partial<OperatorParts['operations']> = {},
  config: { readonly PARLEY_OPS_TOKEN?: string } = { PARLEY_OPS_TOKEN: TOKEN },
) {
  const acts: unknown[] = [];
  const lines: LogFields[] = [];
  const errors: LogFields[] = [];
  const clock = new FakeClock(1_000);
  const server = await startOps(
    { host: '127.0.0.1', port: 0 },
    { PARLEY_OPS_TOKEN: config.PARLEY_OPS_TOKEN, PARLEY_OPS_HOSTS: ['node1'] },
    {
      operations: { ...idle(acts), ...overrides },
      pseudonyms: plainNames,
      clock,
      log: {
        error: (fields) => void errors.push(fields),
        warn() {},
        info: (fields) => void lines.push(fields),
        debug() {},
      },
      node: { isReady: true, status: () => ({ sessions: 1, rooms: 0, waiters: 0, nodes: [] }) },
      nodeId: 'n1' as NodeId,
      version: '1.2.3',
      socketName: 'ws',
      metrics: { render: async () => ({ contentType: 'text/plain', text: 'parley_sessions 1\n' }) },
      shared: { state: () => ({ topology: 'memory' }) },
    },
  );
  onTestFinished(() => server.stop());
  const ask = (method: string, path: string, headers = {}, body?: unknown) =>
    exchange(server.port, method, path, headers, body);
  return { port: server.port, ask, acts, lines, errors, clock };
}

const idle = (acts: unknown[]): OperatorParts['operations'] => ({
  sessions(page) {
    acts.push(page);
    return { sessions: [SESSION], next: 17.25 };
  },
  close(session) {
    acts.push({ close: session });
    return { outcome: 'closed' };
  },
  bans: () => [{ kind: 'user', subject: 'main/u1', leftMs: 5_000 }],
  async ban(ref, forMs) {
    acts.push({ ban: ref, forMs });
    return 'banned';
  },
  async unban(ref) {
    acts.push({ unban: ref });
    return 'unbanned';
  },
});

/** Not `fetch`, which writes Host, Origin and Sec-Fetch-Site by itself. A text goes out as it is. */
function exchange(
  port: number,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
): Promise<Answer> {
  const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  // Node leaves it out where a method has a body as rarely as DELETE.
  const length = payload !== undefined &&
    !('transfer-encoding' in headers) && { 'content-length': String(Buffer.byteLength(payload)) };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { ...length, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = response.headers['content-type']?.startsWith('application/json') && text !== '';
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            body: isJson ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(payload);
  });
}
