import { spawnSync } from 'node:child_process';

import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';

import { createLog } from './log.ts';
import type { LogOptions } from './log.ts';

/** A log, and the lines it wrote. */
function logOf(options: Partial<LogOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  return { log: createLog({ level: 'debug', destination, ...options }), lines };
}

describe('a log line', () => {
  it('has its level as a word, the time, the node, the fields and the message, and no more', () => {
    const { log, lines } = logOf({ node: 'n1' });
    log.warn({ event: 'redis-lost', retryInMs: 200 }, 'Redis does not answer');
    expect(lines).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        node: 'n1',
        event: 'redis-lost',
        retryInMs: 200,
        msg: 'Redis does not answer',
      },
    ]);
  });

  it('is written from the chosen level on', () => {
    const written = (level: LogOptions['level']) => {
      const { log, lines } = logOf({ level });
      log.error({}, 'e');
      log.warn({}, 'w');
      log.info({}, 'i');
      log.debug({}, 'd');
      return lines.map(({ msg }) => msg).join('');
    };
    expect((['silent', 'error', 'warn', 'info', 'debug'] as const).map(written)).toEqual([
      '',
      'e',
      'ew',
      'ewi',
      'ewid',
    ]);
  });

  it('never holds a credential or a description, at the top and up to two objects down', () => {
    const { log, lines } = logOf();
    const secrets = {
      token: 's3cret',
      sdp: 's3cret',
      authorization: 's3cret',
      'sec-websocket-protocol': 's3cret',
    };
    log.info({ ...secrets, headers: secrets, request: { headers: secrets }, room: 'shown' }, 'leaky');
    expect(JSON.stringify(lines)).not.toContain('s3cret');
    expect(lines[0]).toMatchObject({
      token: '[redacted]',
      request: { headers: { sdp: '[redacted]' } },
      room: 'shown',
    });
  });

  it('tells of an error its name, message, code, stack and cause, and nothing a library hung onto it', () => {
    const { log, lines } = logOf();
    const cause = Object.assign(new Error('connection reset'), {
      code: 'ECONNRESET',
      command: { args: ['s3cret'] },
    });
    log.error(
      { error: Object.assign(new TypeError('broken', { cause }), { command: { args: ['s3cret'] } }) },
      'gave up',
    );
    expect(lines[0]?.['error']).toEqual({
      name: 'TypeError',
      message: 'broken',
      stack: expect.stringContaining('TypeError: broken'),
      cause: { name: 'Error', message: 'connection reset', code: 'ECONNRESET', stack: expect.any(String) },
    });
    expect(JSON.stringify(lines)).not.toContain('s3cret');
  });
});

describe('a log to standard output', () => {
  it.each([
    ['orderly', 'process.exit(0)'],
    ['by a fault', 'throw new Error("fault")'],
  ])('loses no line when the process exits right after writing: %s', (_, end) => {
    const lines = 2000;
    const stdout = runInNode(`
      import { createLog } from './log.ts';
      const log = createLog({ level: 'info' });
      for (let n = 0; n < ${lines}; n += 1) log.info({ n }, 'line');
      ${end};
    `);
    const numbers = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { n: number }).n);
    expect(numbers).toEqual(Array.from({ length: lines }, (_unused, n) => n));
  });
});

/** Runs a script in a process of its own, and returns what it wrote to standard output. */
function runInNode(source: string): string {
  const entry = { contents: source, resolveDir: import.meta.dirname, loader: 'ts' } as const;
  const bundle = buildSync({ stdin: entry, bundle: true, platform: 'node', write: false });
  return spawnSync(process.execPath, ['-'], {
    input: bundle.outputFiles[0]?.text,
    encoding: 'utf8',
    timeout: 20_000,
  }).stdout;
}
