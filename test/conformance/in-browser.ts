import type { Target } from './case.ts';
import { CASES } from './cases/index.ts';
import { runCase } from './harness.ts';

/**
 * What a page is asked for: to run the case of this name against the server that the page came from. Resolves with
 * what the server got wrong, or with nothing.
 */
export type RunInPage = (name: string, grants: { readonly token?: string }) => Promise<string | undefined>;

declare global {
  interface Window {
    runCase: RunInPage;
    /** What a page cannot do by itself and its test lends it; absent if the server knows no JWTs. */
    mint?: NonNullable<Target['mint']>;
  }
}

window.runCase = async (name, grants) => {
  const one = CASES.find((candidate) => candidate.name === name);
  if (!one) return `there is no case of the name ${name}`;
  const url = window.location.origin.replace(/^http/, 'ws');
  const { WebSocket, mint } = window;
  try {
    await runCase(one, { url, WebSocket, ...grants, ...(mint && { mint }) });
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
};
