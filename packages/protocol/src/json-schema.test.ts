import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { incomingJsonSchema, outgoingJsonSchema } from './json-schema.ts';

describe('JSON Schema', () => {
  it.each([
    ['incoming.schema.json', incomingJsonSchema],
    ['outgoing.schema.json', outgoingJsonSchema],
  ])('schema/%s is what the schemas of the code generate', (file, generate) => {
    const committed: unknown = JSON.parse(
      readFileSync(new URL(`../schema/${file}`, import.meta.url), 'utf8'),
    );

    expect(committed, 'build, then: node packages/protocol/schema/generate.mjs').toEqual(generate());
  });

  it('refuses unknown members of a client, and lets those of a node pass', () => {
    expect(incomingJsonSchema()).toHaveProperty(['$defs', 'ping', 'additionalProperties'], false);
    expect(outgoingJsonSchema()).not.toHaveProperty(['$defs', 'pong', 'additionalProperties']);
  });
});
