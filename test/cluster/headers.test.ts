import { generateKeyPairSync } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { mint } from '@parley/auth';
import { load } from '@parley/uws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { temporaryFolder } from '../support/child.ts';
import { startServerHere, type ClusterNode } from '../support/cluster.ts';
import { startHaproxy, type Haproxy } from '../support/haproxy.ts';
import { has } from '../support/programs.ts';
import { until } from '../support/until.ts';
import { handshakeOf, sendInPieces } from '../support/wire.ts';

/** What an Ethernet segment carries. */
const SEGMENT_BYTES = 1_400;
const WELCOME = { status: 101, firstMessage: 'welcome' };
const NOTHING = { status: undefined, firstMessage: undefined };
const TOO_LARGE = { status: 431, firstMessage: undefined };

const uws = load();
const isOld = uws.ok && uws.version.startsWith('20.30');

/**
 * How large a header may be that arrives in pieces, and what comes of a larger one. infra/README.md says so to operators.
 * The old binary of uWebSockets.js has 4,096 bytes and no words.
 */
const LIBRARIES = [
  { socket: 'uws', limitBytes: isOld ? 4_096 : 16_384, beyond: isOld ? [NOTHING] : [NOTHING, TOO_LARGE] },
  { socket: 'ws', limitBytes: 16_384, beyond: [TOO_LARGE] },
].filter(({ socket }) => socket !== 'uws' || uws.ok);

describe.each(LIBRARIES)('a long request header in pieces, to $socket', ({ socket, limitBytes, beyond }) => {
  const keys = rsaKeys();
  let node: ClusterNode;
  let haproxy: Haproxy | undefined;
  beforeAll(async () => {
    node = await startServerHere({
      PARLEY_SOCKET: socket,
      PARLEY_JWT_ALGORITHM: 'RS256',
      PARLEY_JWT_PUBLIC_KEYS: keys.publicKeyPath,
      PARLEY_TRUSTED_PROXIES: '127.0.0.1',
    });
    if (!has('haproxy')) return;
    haproxy = await startHaproxy({ backends: [node] });
    await until(
      'HAProxy to have probed the node',
      async () => (await haproxy!.nodes()).get('node1')?.check === 'L7OK',
    );
  });
  afterAll(async () => {
    await haproxy?.stop();
    await node?.stop();
    keys.remove();
  });

  const cookies = (bytes: number) => `Cookie: session=${'c'.repeat(bytes - 'Cookie: session=\r\n'.length)}`;
  const send = (port: number, bytes: number, ...headers: string[]) =>
    sendInPieces(port, handshakeOf(bytes, [keys.authorization, ...headers]), SEGMENT_BYTES);

  it.each([3_000, 4_000, limitBytes])('of %i bytes with a token of 2.5 KB gets welcome', async (bytes) => {
    expect(await send(node.port, bytes)).toEqual(WELCOME);
  });

  it('gets welcome with cookies, which count', async () => {
    expect(await send(node.port, 4_000, cookies(1_000))).toEqual(WELCOME);
  });

  it.each([1_000, 30_000])('gets what the library can say when it is %i bytes too long', async (more) => {
    expect(await send(node.port, limitBytes + more)).toBeOneOf(
      beyond.map((outcome) => expect.objectContaining(outcome)),
    );
    // Nobody else is harmed.
    expect(await send(node.port, 3_000)).toEqual(WELCOME);
  });

  it.runIf(has('haproxy'))('gets welcome through HAProxy, up to what its configuration says', async () => {
    // HAProxy adds two headers of 53 bytes together, and lets 4,000 pass.
    expect(await send(haproxy!.port, 3_000)).toEqual(WELCOME);
    expect(await send(haproxy!.port, 3_940)).toEqual(WELCOME);
  });

  it.runIf(has('haproxy'))(
    'gets welcome through HAProxy whatever its cookies are, which do not count there',
    async () => {
      expect(await send(haproxy!.port, 7_500, cookies(4_000))).toEqual(WELCOME);
    },
  );

  it.runIf(has('haproxy'))('gets 431 from HAProxy when it is longer', async () => {
    for (const bytes of [3_950, 4_100, 8_000, 12_000])
      expect(await send(haproxy!.port, bytes)).toEqual(TOO_LARGE);
  });
});

/** An RS256 key for the node, and a token of 2.5 KB that is signed with it. */
function rsaKeys() {
  const folder = temporaryFolder('keys');
  const publicKeyPath = join(folder, 'public.pem');
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(publicKeyPath, publicKey.export({ type: 'spki', format: 'pem' }));
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const rooms = Array.from({ length: 13 }, (_, index) => `${index}-${'r'.repeat(112)}`);
  const token = mint({ sub: 'ada', codes: true, rooms }, { algorithm: 'RS256', key });
  return {
    publicKeyPath,
    authorization: `Authorization: Bearer ${token}`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
