import { describe, expect, it } from 'vitest';

import { OPERATOR_JSON, startStage } from './testing/ops-stage.ts';

/** What tells something. */
const TELLING = ['/metrics', '/statusz', '/sessions', '/bans', '/nothing'];

describe('a page in the browser of an operator', () => {
  it.each([
    'evil.example',
    'evil.example:9464',
    'node1.evil.example',
    'localhost.evil.example',
    'node1,evil.example',
    '[::1',
    '[node1]',
    '127.1',
    ':9464',
  ])('is refused under a name that it made to point here: Host "%s"', async (host) => {
    const { ask } = await startStage();
    const unknown = { status: 421, body: { code: 'unknown-host' } };
    for (const path of TELLING) expect(await ask('GET', path, { host })).toMatchObject(unknown);
    // A probe tells nothing, and HAProxy has a name of its own for every node.
    expect((await ask('GET', '/readyz', { host })).status).toBe(200);
  });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:3000' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('is refused because its browser says whose it is, token or not: %o', async (says) => {
    const { ask, acts } = await startStage();
    const refused = { status: 403, body: { code: 'cross-origin' } };
    for (const path of TELLING) expect(await ask('GET', path, says)).toMatchObject(refused);
    const close = (headers: object) => ask('POST', '/sessions/close', headers, { session: 's1' });
    expect(await close({ ...OPERATOR_JSON, ...says })).toMatchObject(refused);
    expect(acts).toEqual([]);
    expect((await close(OPERATOR_JSON)).status).toBe(200);
  });
});

describe('whoever is no page', () => {
  it.each([
    'localhost:9464',
    'LOCALHOST',
    '127.0.0.1:9464',
    '10.0.0.7',
    '[::1]:9464',
    '[2001:db8::1]',
    'node1:9464',
    'Node1',
  ])('is answered under an address and under a name that is known: Host %s', async (host) => {
    const { ask } = await startStage();
    for (const path of ['/metrics', '/statusz', '/sessions', '/bans'])
      expect((await ask('GET', path, { host })).status).toBe(200);
  });

  it('is answered when it has typed the address into a browser', async () => {
    const { ask } = await startStage();
    expect((await ask('GET', '/statusz', { 'sec-fetch-site': 'none' })).status).toBe(200);
  });
});
