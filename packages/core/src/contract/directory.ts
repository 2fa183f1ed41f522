import { describe } from 'vitest';
import { nodesContract } from './nodes.ts';
import { peersContract } from './peers.ts';
import { queueAssertContract } from './queues-assert.ts';
import { queuesContract } from './queues.ts';
import { roomAssertContract } from './rooms-assert.ts';
import { roomsContract } from './rooms.ts';
import type { MakeDirectory } from './subject.ts';

/** Everything that a {@link Directory} promises. Waits for a few seconds in all when `advance` really waits. */
export function directoryContract(name: string, make: MakeDirectory): void {
  describe(`directory: ${name}`, () => {
    nodesContract(make);
    peersContract(make);
    roomsContract(make);
    roomAssertContract(make);
    queuesContract(make);
    queueAssertContract(make);
  });
}
