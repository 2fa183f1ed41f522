// npm run bench:neighbours
// How long a signal takes between honest peers while somebody abuses their node, as a multiple of a quiet time.
import { startNode } from '../../support/process.ts';
import { unlimited } from '../../support/unlimited.ts';
import { freshAddress } from '../support/names.ts';
import { ABUSES, type AbuseName } from './abuses.ts';
import { startAbuser } from './start-abuser.ts';
import { Village } from './village.ts';

const PAIRS = 50;
const ROUNDS = 80;
const TOKEN = 'a-public-token-of-the-village';

const byDefault = Object.fromEntries(Object.keys(unlimited).map((name) => [name, '']));
const node = await startNode({
  ...byDefault,
  PARLEY_PUBLIC_TOKENS: TOKEN,
  PARLEY_TRUSTED_PROXIES: '127.0.0.1',
});
const village = await Village.settle(node.url, TOKEN, PAIRS);

console.log(
  `${PAIRS} honest pairs, ${ROUNDS} signals each; the median of a relay, quiet and beside an abuser`,
);
await village.live(ROUNDS); // warms up
for (const kind of Object.keys(ABUSES) as AbuseName[]) {
  const quiet = await village.live(ROUNDS);
  const abuser = await startAbuser(kind, { url: node.url, token: TOKEN, address: freshAddress() });
  const before = abuser.done;
  const startedAt = performance.now();
  const abused = await village.live(ROUNDS);
  const perSecond = ((abuser.done - before) / (performance.now() - startedAt)) * 1_000;
  await abuser.stop();
  const lost = abused.said - abused.heard;
  console.log(
    [
      kind.padEnd(17),
      `${Math.round(perSecond)} a second`.padStart(16),
      `${quiet.medianMs.toFixed(2)} ms`.padStart(10),
      `${abused.medianMs.toFixed(2)} ms`.padStart(10),
      `x ${(abused.medianMs / quiet.medianMs).toFixed(2)}`.padStart(8),
      `${lost} lost`.padStart(8),
    ].join(' '),
  );
}

await village.leave();
await node.stop();
