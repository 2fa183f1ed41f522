import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { shippedPath } from '../support/shipped.ts';

const DOCUMENTS = [
  'README.md',
  'SECURITY.md',
  'dependencies.md',
  'infra/README.md',
  'apps/edge/CONFIGURATION.md',
  'packages/client/README.md',
  'packages/client/PEERJS.md',
  'packages/protocol/PROTOCOL.md',
  'packages/telemetry/METRICS.md',
  'packages/telemetry/LOGGING.md',
];

describe('links between documents', () => {
  it.each(DOCUMENTS)('%s leads only to files that are there', (document) => {
    const path = shippedPath(document);
    const targets = [...readFileSync(path, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(
      ([, target]) => target ?? '',
    );
    expect(targets.filter((target) => !existsSync(join(dirname(path), target)))).toEqual([]);
  });
});

describe('dependencies.md', () => {
  it('has a row for every entry of the catalog, and no other', () => {
    const workspace = readFileSync(shippedPath('pnpm-workspace.yaml'), 'utf8');
    const [, catalog = ''] = /^catalog:\n((?: {2}.*\n)+)/m.exec(workspace) ?? [];
    const names = [...catalog.matchAll(/^ {2}'?([^'#:]+)'?:/gm)].map(([, name]) => name);
    const cells = [
      ...readFileSync(shippedPath('dependencies.md'), 'utf8').matchAll(/^\| ([^|]+?) +\|/gm),
    ].map(([, cell]) => cell ?? '');
    const rows = cells
      .filter((cell) => cell !== 'dependency' && !cell.startsWith('---'))
      .flatMap((cell) => cell.replace(/ \(.*\)/, '').split(', '));
    expect(new Set(rows)).toEqual(new Set(names));
  });
});
