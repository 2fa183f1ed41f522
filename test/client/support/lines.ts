import { afterEach } from 'vitest';

import type { Line } from '@parley/client/testing';
import { openLine } from './line.ts';

export * from './line.ts';

/** `openLine` for one suite, whose lines are closed when the test ends; not for tests that run at the same time. */
export function openingLines(): typeof openLine {
  const lines: Line[] = [];
  afterEach(() => {
    for (const line of lines.splice(0)) line.close();
  });
  return async (...how) => {
    const opened = await openLine(...how);
    lines.push(opened.line);
    return opened;
  };
}
