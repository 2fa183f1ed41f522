import { readConfig } from './config.ts';
import { type RunningServer, startServer } from './server.ts';

/** How much longer than its drain a node may take before it ends all the same. */
const DEADLINE_SLACK_MS = 4_000;

const outcome = readConfig(process.env);
if (outcome.ok) {
  for (const warning of outcome.warnings) console.warn(warning);
  void run(startServer(outcome.config), outcome.config.PARLEY_DRAIN_MS);
} else {
  for (const mistake of outcome.mistakes) console.error(mistake);
  process.exitCode = 1;
}

/** Runs until a signal ends it. */
async function run(starting: Promise<RunningServer>, drainMs: number): Promise<void> {
  const ended = signalled();
  try {
    const server = await Promise.race([starting, ended]);
    if (!server) return process.exit(0);
    await ended;
    // Whatever hangs, the process ends by its deadline.
    setTimeout(() => process.exit(0), drainMs + DEADLINE_SLACK_MS).unref();
    await server.drain();
    await server.stop();
    process.exit(0);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  }
}

/** Resolves with the first signal; a second one ends the process at once. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    let count = 0;
    const heard = () => (++count === 1 ? resolve() : process.exit(1));
    process.on('SIGTERM', heard).on('SIGINT', heard);
  });
}
