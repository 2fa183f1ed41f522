import { describe } from 'vitest';
import { bansContract } from './bans.ts';
import { nodesContract } from './nodes.ts';
import { peerAbandonContract } from './peers-abandon.ts';
import { peerMailWindowContract } from './peers-mail-window.ts';
import { peerMailContract } from './peers-mail.ts';
import { peerResumeContract } from './peers-resume.ts';
import { peersContract } from './peers.ts';
import { queueAssertContract } from './queues-assert.ts';
import { queueAwayContract } from './queues-away.ts';
import { queueEnqueueContract } from './queues-enqueue.ts';
import { queueMatchContract } from './queues-match.ts';
import { roomAssertContract } from './rooms-assert.ts';
import { roomAwayContract } from './rooms-away.ts';
import { roomChangeContract } from './rooms-change.ts';
import { roomEndContract } from './rooms-end.ts';
import { roomJoinContract } from './rooms-join.ts';
import { roomResumeContract } from './rooms-resume.ts';
import { roomRivalsContract } from './rooms-rivals.ts';
import type { MakeDirectory } from './subject.ts';

/** Everything that a {@link Directory} promises. Waits for some ten seconds in all where `advance` really waits. */
export function directoryContract(name: string, make: MakeDirectory): void {
  describe(`directory: ${name}`, () => {
    nodesContract(make);
    peersContract(make);
    peerResumeContract(make);
    peerMailContract(make);
    peerMailWindowContract(make);
    peerAbandonContract(make);
    roomJoinContract(make);
    roomChangeContract(make);
    roomEndContract(make);
    roomAssertContract(make);
    roomRivalsContract(make);
    roomAwayContract(make);
    roomResumeContract(make);
    queueEnqueueContract(make);
    queueMatchContract(make);
    queueAssertContract(make);
    queueAwayContract(make);
    bansContract(make);
  });
}
