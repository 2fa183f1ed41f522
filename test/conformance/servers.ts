import { mint } from '@parley/auth';
import { readConfig } from '@parley/edge/config';
import { type RunningServer, startServer } from '@parley/edge/server';

import { unlimited } from '../support/unlimited.ts';
import type { MintWishes, Target } from './case.ts';

const PUBLIC_TOKEN = 'conformance-public-token';
const SECRET = 'the secret of the conformance suite';
const ISSUER = 'conformance';
const AUDIENCE = 'parley-under-test';

/** Lets everybody in, without a credential. */
const OPEN = { PARLEY_AUTH: 'none' };
/** There is no such TURN server, and nobody asks it anything. */
export const RELAYED = {
  PARLEY_STUN_URLS: 'stun:stun.example.org:3478',
  PARLEY_TURN_URLS: 'turn:turn.example.org:3478,turns:turn.example.org:5349?transport=tcp',
  PARLEY_TURN_SECRET: 'the-TURN-secret-of-the-conformance-suite',
};
/** Wants a public token or a JWT, and names TURN servers. */
const GUARDED = {
  PARLEY_AUTH: 'public,jwt',
  PARLEY_PUBLIC_TOKENS: PUBLIC_TOKEN,
  PARLEY_JWT_SECRET: SECRET,
  PARLEY_JWT_ISSUER: ISSUER,
  PARLEY_JWT_AUDIENCE: AUDIENCE,
  ...RELAYED,
};

/** A node in this process. */
export interface Server {
  /** `ws://`, without a path. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Without any credential, or with every kind of them. */
export type Door = 'open' | 'guarded';

/** What its target is given, beside the address. */
export const GRANTS = {
  open: { foreignOrigin: 'https://elsewhere.example' },
  guarded: {
    foreignOrigin: 'https://elsewhere.example',
    token: PUBLIC_TOKEN,
    mint: async (
      claims: object,
      { forged = false, lifeMs, issuer = ISSUER, audience = AUDIENCE }: MintWishes = {},
    ) =>
      mint(claims as Parameters<typeof mint>[0], {
        algorithm: 'HS256',
        key: forged ? SECRET.toUpperCase() : SECRET,
        issuer,
        audience,
        ...(lifeMs !== undefined && { lifeMs }),
      }),
  },
} satisfies Readonly<Record<Door, Partial<Target>>>;

/** Starts a node on free ports of the loopback. */
export async function startNode(
  door: Door,
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const outcome = readConfig({
    PARLEY_HOST: '127.0.0.1',
    PARLEY_PORT: '0',
    PARLEY_OPS_PORT: '0',
    PARLEY_LOG_LEVEL: 'silent',
    ...unlimited,
    ...(door === 'open' ? OPEN : GUARDED),
    ...environment,
  });
  if (!outcome.ok) throw new Error(outcome.mistakes.join('\n'));
  const server: RunningServer = await startServer(outcome.config);
  return { url: `ws://127.0.0.1:${server.port}`, stop: () => server.stop() };
}
