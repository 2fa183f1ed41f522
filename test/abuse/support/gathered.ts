import { statusOf } from '../../support/process-cluster.ts';
import { until } from '../../support/until.ts';

/** Waits until every one of these nodes knows that every other is alive. */
export async function untilGathered(nodes: readonly { readonly opsUrl: string }[]): Promise<void> {
  await until(`${nodes.length} nodes that know each other`, async () => {
    const statuses = await Promise.all(nodes.map(statusOf));
    return statuses.every(
      ({ ready, nodes: known }) =>
        ready && known.filter(({ state }) => state === 'alive').length === nodes.length,
    );
  });
}
