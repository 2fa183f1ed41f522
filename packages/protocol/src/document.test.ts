/** PROTOCOL.md and the code say the same, both ways: what one has and the other lacks fails here. */
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import * as z from 'zod';

import { MAIL, MATCH_SIZE, MAX_MATCH_TIMEOUT_MS, MAX_META_BYTES } from './bounds.ts';
import { CLOSES } from './close.ts';
import { decode, DEFAULT_DECODE_LIMITS } from './codec.ts';
import { ENDPOINTS } from './endpoints.ts';
import { ERROR_CODES } from './error.ts';
import { ROOM_CODE_ALPHABET } from './ids.ts';
import { INCOMING, incoming } from './incoming/index.ts';
import { OUTGOING } from './outgoing/index.ts';
import type { OutgoingType } from './outgoing/index.ts';
import { REFUSALS } from './refusal.ts';
import { readResumeToken } from './resume-token.ts';
import { SUBPROTOCOL } from './subprotocol.ts';

const text = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8');

describe('PROTOCOL.md has the same rows as the code:', () => {
  it('messages of the client, and their members', () => {
    expect(table('From the client').map(([type, members]) => [plain(type), names(members)])).toEqual(
      Object.entries(INCOMING).map(([type, schema]) => [type, membersOf(schema, ['id'])]),
    );
  });

  it('messages of the node, and their members', () => {
    expect(table('From the node').map(([type, members]) => [plain(type), names(members)])).toEqual(
      Object.entries(OUTGOING).map(([type, schema]) => [type, membersOf(schema)]),
    );
  });

  it('answers that the node has', () => {
    const answers = table('From the client').flatMap(([, , answer]) => names(answer));

    expect(Object.keys(OUTGOING)).toEqual(expect.arrayContaining(answers));
  });

  it('receipts of a signal that the node has', () => {
    const receipts = table('Signals').flatMap(([answer]) => names(answer));

    expect([...Object.keys(OUTGOING), ...Object.keys(ERROR_CODES)]).toEqual(expect.arrayContaining(receipts));
  });

  it('refusals', () => {
    expect(table('Before the socket', 'status')).toEqual(
      Object.entries(REFUSALS).map(([code, { status, meaning }]) => [String(status), `\`${code}\``, meaning]),
    );
  });

  it('errors', () => {
    expect(table('Errors')).toEqual(
      Object.entries(ERROR_CODES).map(([code, { meaning, remedy }]) => [`\`${code}\``, meaning, remedy]),
    );
  });

  it('closes', () => {
    expect(table('Closes')).toEqual(
      Object.entries(CLOSES).map(([name, { code, reconnect, meaning }]) => [
        String(code),
        `\`${name}\``,
        `\`${reconnect}\``,
        meaning,
      ]),
    );
  });
});

it.each([
  ...Object.values(ENDPOINTS),
  SUBPROTOCOL,
  ROOM_CODE_ALPHABET,
  `depth (${DEFAULT_DECODE_LIMITS.maxDepth},`,
  `at most ${MAX_META_BYTES} bytes`,
  `1 to ${MAX_MATCH_TIMEOUT_MS}`,
  `${MAIL.maxSignals} signals and ${MAIL.maxBytes / 1024} KiB`,
  `(${MATCH_SIZE.min} to ${MATCH_SIZE.max}, default ${MATCH_SIZE.default})`,
])('PROTOCOL.md mentions %s', (fact) => {
  expect(text.replaceAll('\n', ' ')).toContain(fact);
});

describe('an example in PROTOCOL.md', () => {
  it.each(examples('client'))('of a client is accepted: %s', (example) => {
    expect(decode(example)).toMatchObject({ ok: true });
    expect(incoming.parse(JSON.parse(example))).toEqual(JSON.parse(example));
  });

  it.each(examples('node'))('of a node fits its schema, and has no member besides: %s', (example) => {
    const message = JSON.parse(example) as { type: OutgoingType };
    const schema: z.ZodType = OUTGOING[message.type];

    // What the schema does not know, it drops.
    expect(schema.parse(message)).toEqual(message);
  });

  it.each(examples('node').filter((example) => example.includes('"resume":')))(
    'of what one comes back with is a proof for that very peer: %s',
    (example) => {
      const { peer, resume } = JSON.parse(example) as { peer: string; resume: string };

      expect(readResumeToken(resume)).toMatchObject({ peer });
    },
  );

  it.each(examples('refused'))('of what is refused, is: %s', (example) => {
    expect(decode(example)).toMatchObject({ ok: false, code: 'bad-message' });
  });

  it.each(examples('check'))('of /v1/check has a code that exists: %s', (example) => {
    const answer = z
      .strictObject({ code: z.string(), message: z.string(), retryAfterMs: z.int().optional() })
      .parse(JSON.parse(example));

    expect(['ok', ...Object.keys(REFUSALS), ...Object.keys(CLOSES)]).toContain(answer.code);
  });

  it('exists for every message', () => {
    const types = (of: string) =>
      examples(of).map((example) => (JSON.parse(example) as { type: string }).type);

    expect(new Set(types('client'))).toEqual(new Set(Object.keys(INCOMING)));
    expect(new Set(types('node'))).toEqual(new Set(Object.keys(OUTGOING)));
  });

  it('stands in a block that says what it is', () => {
    expect(text.match(/^```json$/gm)).toBeNull();
  });
});

it('every link inside PROTOCOL.md leads somewhere', () => {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  const targets = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target);

  expect(headings).toEqual(expect.arrayContaining(targets));
});

/** The rows of a section's table, without its head; of several tables the one whose head starts with `first`. */
function table(heading: string, first = ''): string[][] {
  const section = text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const found = section.split('\n\n').find((block) => block.startsWith(`| ${first}`)) ?? '';
  return found
    .trim()
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** The examples of one kind; blocks hold several, divided by empty lines. */
function examples(kind: string): string[] {
  const blocks = text.matchAll(new RegExp(`^\`\`\`json ${kind}\n(.*?)^\`\`\`$`, 'gms'));
  return [...blocks].flatMap(([, block = '']) => block.trim().split(/\n\n+/));
}

/** The members of a message, as the tables write them: without `type`, with `?` where one may be absent. */
function membersOf(schema: { readonly shape: Record<string, z.ZodType> }, without: string[] = []): string[] {
  return Object.entries(schema.shape)
    .filter(([name]) => name !== 'type' && !without.includes(name))
    .map(([name, member]) => (member instanceof z.ZodOptional ? `${name}?` : name))
    .toSorted();
}

function names(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).toSorted();
}

function plain(cell = ''): string {
  return cell.replaceAll('`', '');
}
