import type { FaultyCluster, NodeLife } from './faulty-cluster.ts';

/**
 * What Redis still holds of nodes that ended before this time, but for the table of nodes, which remembers the lost for a while.
 * `buried`: how many nodes that were.
 */
export async function leftoversOf(
  cluster: FaultyCluster,
  endedBeforeMs: number,
): Promise<{ readonly leftovers: readonly string[]; readonly buried: number }> {
  const dead = cluster.lives.filter(({ end }) => end !== undefined && end.atMs < endedBeforeMs);
  const records = [...(await cluster.records())].filter(([key]) => !key.endsWith(':nodes'));
  const leftovers = records.flatMap(([key, fields]) =>
    Object.entries(fields).flatMap(([field, value]) =>
      dead.filter(({ id }) => value.includes(id)).map(({ id }) => `${key} ${field} still names ${id}`),
    ),
  );
  return { leftovers, buried: dead.length };
}

/** What nodes should never have said: an error, a warning of Node itself, a stack trace; and a drain that ended in another way than it should. */
export async function complaintsOf({ lives }: FaultyCluster): Promise<string[]> {
  const each = await Promise.all(lives.map(async (life) => [...wordsOf(life), ...(await endOf(life))]));
  return each.flat();
}

function wordsOf({ id, process }: NodeLife): string[] {
  const errors = process.lines.filter(({ level }) => level === 'error').map((line) => JSON.stringify(line));
  const others = process.output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  return [...errors, ...others].map((line) => `${id}: ${line}`);
}

async function endOf({ id, end, process }: NodeLife): Promise<string[]> {
  if (end === undefined) {
    const ended = await Promise.race([process.exited, Promise.resolve(undefined)]);
    return ended ? [`${id} ended by itself: ${ended.code ?? ended.signal}`] : [];
  }
  if (end.how === 'killed') return [];
  const { code, signal } = await process.exited;
  return code === 0 ? [] : [`${id} was told to end and exited ${code ?? signal}`];
}
