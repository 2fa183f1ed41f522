import type { HttpAnswer, ParleyNode } from '@parley/core';
import { secured } from '@parley/core';
import type { NodeId } from '@parley/protocol';
import type { ScrapedMetrics } from '@parley/telemetry';
import { data, plain } from './ops-answer.ts';
import { banRoutes } from './ops-bans.ts';
import type { OperatorParts } from './ops-operators.ts';
import type { OpsRoute } from './ops-server.ts';
import { sessionRoutes } from './ops-sessions.ts';
import type { SharedPorts } from './ports.ts';

/** What the operations port answers from. */
export interface OpsRouteParts extends OperatorParts {
  readonly node: Pick<ParleyNode, 'isReady' | 'status'>;
  readonly nodeId: NodeId;
  readonly version: string;
  readonly socketName: string;
  readonly metrics: Pick<ScrapedMetrics, 'render'>;
  readonly shared: Pick<SharedPorts, 'state'>;
}

/** Every path of the operations port. */
export function opsRoutes(parts: OpsRouteParts): Readonly<Record<string, OpsRoute>> {
  const { node, metrics } = parts;
  return {
    // Never looks at Redis: a restart cures no outage of something else.
    '/livez': { isProbe: true, GET: () => plain(200, 'ok\n') },
    '/readyz': {
      isProbe: true,
      GET: () =>
        node.isReady
          ? plain(200, 'ready\n')
          : plain(503, 'the directory does not answer, or this node is deaf\n'),
    },
    '/metrics': { GET: () => scrape(metrics) },
    '/statusz': { GET: () => status(parts) },
    ...sessionRoutes(parts),
    ...banRoutes(parts),
  };
}

async function scrape(metrics: OpsRouteParts['metrics']): Promise<HttpAnswer> {
  const { contentType, text } = await metrics.render();
  return secured({ status: 200, headers: { 'content-type': contentType }, body: text });
}

const status = ({ node, nodeId, version, socketName, shared }: OpsRouteParts): HttpAnswer =>
  data(200, {
    node: nodeId,
    version,
    socket: socketName,
    ready: node.isReady,
    redis: shared.state(),
    ...node.status(),
  });
