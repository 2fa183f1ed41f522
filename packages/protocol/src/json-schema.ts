import * as z from 'zod';

import { INCOMING } from './incoming/index.ts';
import { OUTGOING } from './outgoing/index.ts';

/** A JSON Schema document (draft 2020-12). */
export type JsonSchema = Record<string, unknown>;

/**
 * The JSON Schema of what a client sends: unknown members are refused. What a schema cannot say is in PROTOCOL.md:
 * the size of `meta`, members named twice, `create: false` without `room`.
 */
export function incomingJsonSchema(): JsonSchema {
  return oneOfTypes('parley.v1: what a client sends', INCOMING);
}

/** The JSON Schema of what a node sends: unknown members are allowed, because a client ignores them. */
export function outgoingJsonSchema(): JsonSchema {
  return oneOfTypes('parley.v1: what a node sends', OUTGOING);
}

function oneOfTypes(title: string, messages: Record<string, z.ZodType>): JsonSchema {
  const types = Object.entries(messages);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    oneOf: types.map(([type]) => ({ $ref: `#/$defs/${type}` })),
    $defs: Object.fromEntries(types.map(([type, schema]) => [type, definition(schema)])),
  };
}

/** Of what goes *in*, so that `z.object` leaves unknown members open and `z.strictObject` does not. */
function definition(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}
