import { Unavailable } from '@parley/core';

import type { Connection } from './connect.ts';
import type { Scripts } from './scripts.ts';

/**
 * The same scripts, but after a lost connection none of them before a beat was answered.
 *
 * What one is connected to again may be another Redis, or the same one without its data. Only the table of nodes tells, and it is
 * read by the beat; a join that comes before it would find no room where there is one, and make another.
 */
export function cautious(scripts: Scripts, connection: Connection): Scripts {
  let isKnown = true;
  connection.on('close', () => (isKnown = false));
  return {
    async run(name, keys, args) {
      if (!isKnown && name !== 'beat' && name !== 'goodbye')
        throw new Unavailable('Redis is back, and it is not known yet with which data', {
          neverHappened: true,
        });
      const reply = await scripts.run(name, keys, args);
      if (name === 'beat') isKnown = true;
      return reply;
    },
  };
}
