import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { CASES } from './cases/index.ts';
import { COMING_BACK_FAULTS } from './coming-back-faults.ts';
import { ICE_FAULTS } from './ice-faults.ts';
import {
  changing,
  type Fault,
  type FaultRow,
  inserting,
  type Message,
  startFaultyServer,
} from './faulty-server.ts';
import { runCase } from './harness.ts';
import { nodeTarget, validate, validateStrictly } from './node-target.ts';
import { RELAYED, type Server, startNode } from './servers.ts';

/** Servers that break the protocol, each in one way, and a case that must notice. */
const FAULTS: readonly FaultRow[] = [
  [
    'says something before welcome',
    'opening: welcome is the first message',
    { frames: inserting(({ type }) => (type === 'welcome' ? ['{"type":"pong"}'] : []), 'before') },
  ],
  [
    'answers without re',
    'answers: re has the very value of id',
    { frames: changing(({ re: _re, ...rest }) => rest) },
  ],
  [
    'answers with re as text',
    'answers: re has the very value of id',
    { frames: changing((message) => ({ ...message, ...('re' in message && { re: `${message.re}` }) })) },
  ],
  [
    'answers twice',
    'answers: every message has one terminal answer',
    { frames: inserting((message) => ('re' in message ? [JSON.stringify(message)] : []), 'behind') },
  ],
  [
    'makes everybody polite',
    'polite: of every two who join at the same time exactly one is',
    {
      frames: changing((message) => ({
        ...message,
        ...(Array.isArray(message['peers']) && {
          peers: message['peers'].map((peer: object) => ({ ...peer, polite: true })),
        }),
      })),
    },
  ],
  [
    'passes signals on in another order',
    'signal: 200 of one sender arrive in order',
    { frames: swappingSignals },
  ],
  [
    'writes a payload anew',
    'signal: the text of a payload is passed on as it was written',
    { frames: changing((message) => message) },
  ],
  [
    'lets a peer signal before it was announced',
    'peer-joined: comes before the first signal of that peer',
    { frames: holdingBack('peer-joined') },
  ],
  [
    'takes a farewell for a lost connection',
    'bye: ends the session with 1000',
    {
      frames: changing((message) => ({
        ...message,
        ...(message.type === 'peer-left' && { reason: 'lost' }),
      })),
    },
  ],
  ['closes with a code of its own', 'bye: ends the session with 1000', { close: () => 4000 }],
  [
    'sends what only the schemas see to be wrong',
    'answers: an error is the one answer of its message',
    {
      frames: changing((message) => ({ ...message, ...(message.type === 'error' && { retryAfterMs: -1 }) })),
    },
  ],
  [
    'repeats what a client wrote',
    'validation: what a client wrote is never repeated',
    {
      frames: changing((message) => ({ ...message, ...('message' in message && { message: 'not xyzzy' }) })),
    },
  ],
  ...ICE_FAULTS,
  ...COMING_BACK_FAULTS,
];

let node: Server;
beforeAll(async () => {
  node = await startNode('open', { PARLEY_SOCKET: 'ws', ...RELAYED });
});
afterAll(() => node.stop());

describe('the suite notices a server that', () => {
  it.each(FAULTS)('%s', async (_what, noticedBy, fault) => {
    await expect(runBehind(fault, noticedBy)).rejects.toThrow(Error);
    await expect(runBehind({}, noticedBy).then(() => 'passed')).resolves.toBe('passed');
  });
});

describe('the schemas notice', () => {
  const pong = { type: 'pong', re: 1 };

  it('a member of a wrong form', () => {
    expect(validate({ ...pong, re: 1.5 })).toBeDefined();
  });

  it('unknown types and members only where the server is of this very version', () => {
    for (const unknown of [{ ...pong, since: 'v1.1' }, { type: 'of-a-later-version' }]) {
      expect(validate(unknown)).toBeUndefined();
      expect(validateStrictly(unknown)).toBeDefined();
    }
  });
});

/** Runs the case whose name begins so against a node with this fault. */
async function runBehind(fault: Fault, beginning: string): Promise<void> {
  const [one, ...more] = CASES.filter(({ name }) => name.startsWith(beginning));
  if (!one || more.length > 0) throw new TypeError(`not the name of one case: ${beginning}`);
  const server = await startFaultyServer(node.url, fault);
  try {
    await runCase(one, nodeTarget(server.url));
  } finally {
    await server.stop();
  }
}

/** Every second signal comes before the first. */
function swappingSignals() {
  let held: string | undefined;
  return (text: string): readonly string[] => {
    if ((JSON.parse(text) as Message).type !== 'signal') return [text];
    if (held === undefined) {
      held = text;
      return [];
    }
    const first = held;
    held = undefined;
    return [text, first];
  };
}

/** Messages of this type come behind the one that follows them. */
function holdingBack(type: string) {
  return () => {
    let held: readonly string[] = [];
    return (text: string): readonly string[] => {
      if ((JSON.parse(text) as Message).type === type) {
        held = [text];
        return [];
      }
      const late = held;
      held = [];
      return [text, ...late];
    };
  };
}
