import { Child } from '../../support/child.ts';
import { shippedPath } from '../../support/shipped.ts';
import type { AbuseName, Target } from './abuses.ts';

/** Somebody who does one thing as fast as it can, in a process of its own. */
export interface Abuser {
  /** How often it did. */
  readonly done: number;
  stop(): Promise<void>;
}

/** Starts one, and waits until it has begun. */
export async function startAbuser(kind: AbuseName, { url, token, address }: Target): Promise<Abuser> {
  let done = 0;
  const child = new Child({
    name: `the abuser (${kind})`,
    path: process.execPath,
    args: [
      '--conditions=@parley/source',
      '--import',
      shippedPath('test/support/typescript.mjs'),
      shippedPath('test/abuse/neighbours/abuser.ts'),
      kind,
      url,
      token,
      address,
    ],
    cwd: shippedPath('test'),
    onLine: (line) => (done = Number(/^done (\d+)$/.exec(line)?.[1] ?? done)),
  });
  await child.ready(() => done > 0);
  return {
    get done() {
      return done;
    },
    stop: () => child.stop(0),
  };
}
