import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

it('plain.ts imports no zod, not by any way round', () => {
  const reached = new Set<string>();
  visit(new URL('./plain.ts', import.meta.url), reached);

  expect(reached).not.toContain('zod');
  expect([...reached].map((file) => file.split('/').at(-1))).toContain('close.ts');
});

it('and the same walk finds zod from index.ts', () => {
  const reached = new Set<string>();
  visit(new URL('./index.ts', import.meta.url), reached);

  expect(reached).toContain('zod');
});

/** Follows imports and exports of values; those of types are gone after compilation. */
function visit(file: URL, reached: Set<string>): void {
  if (reached.has(file.href)) return;
  reached.add(file.href);
  const statements = readFileSync(file, 'utf8').matchAll(
    /^(?:import|export) (?!type)[^;]*? from '([^']+)';/gms,
  );
  for (const [, target = ''] of statements) {
    if (target.startsWith('.')) visit(new URL(target, file), reached);
    else reached.add(target);
  }
}
