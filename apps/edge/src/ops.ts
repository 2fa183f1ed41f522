import type { Clock, Log } from '@parley/core';
import type { Config } from './config.ts';
import { OpsAccess } from './ops-access.ts';
import { guardAgainstPages } from './ops-guard.ts';
import { recorder } from './ops-operators.ts';
import { opsRoutes, type OpsRouteParts } from './ops-routes.ts';
import { listenForOps, type OpsServer } from './ops-server.ts';

export interface OpsOptions extends Omit<OpsRouteParts, 'access' | 'record'> {
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens the operations port as configured: who is kept out of it, who may change things, what it answers. */
export function startOps(
  place: { readonly host: string; readonly port: number },
  config: Pick<Config, 'PARLEY_OPS_TOKEN' | 'PARLEY_OPS_HOSTS'>,
  options: OpsOptions,
): Promise<OpsServer> {
  const { clock, log, pseudonyms } = options;
  const record = recorder(log, pseudonyms);
  const access = new OpsAccess({
    token: config.PARLEY_OPS_TOKEN,
    clock,
    refused: (request) => record('refused', request),
  });
  const guard = guardAgainstPages([...(config.PARLEY_OPS_HOSTS ?? []), place.host]);
  return listenForOps(place, { routes: opsRoutes({ ...options, access, record }), guard, log });
}
