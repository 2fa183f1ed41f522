// node turbo.mjs <arguments of turbo>
// turbo starts the packages' scripts with pnpm and refuses to work where none is on PATH; "pnpm exec" puts it there. So
// "npm run build" works on a machine that has only Node and npm.
import { pathToFileURL } from 'node:url';
import { pnpm } from './workspace.mjs';

const quiet = { TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' };

/** Runs turbo without telemetry. @param {readonly string[]} args @param {Parameters<typeof pnpm>[1]} [options] */
export function turbo(args, options) {
  return pnpm(['exec', 'turbo', ...args], { ...options, env: { ...process.env, ...options?.env, ...quiet } });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { code } = await turbo(process.argv.slice(2), { show: true });
  process.exit(code);
}
