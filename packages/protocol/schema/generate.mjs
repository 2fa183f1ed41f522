/** Writes the JSON Schemas beside this file, from the built schemas: `node schema/generate.mjs`, after a build. */
import { writeFileSync } from 'node:fs';

import { incomingJsonSchema, outgoingJsonSchema } from '../dist/json-schema.js';

const documents = {
  'incoming.schema.json': incomingJsonSchema(),
  'outgoing.schema.json': outgoingJsonSchema(),
};

for (const [file, schema] of Object.entries(documents)) {
  writeFileSync(new URL(file, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`wrote ${file}`);
}
