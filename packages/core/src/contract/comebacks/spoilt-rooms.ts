import type { Fence } from '../../fence.ts';
import type { RoomChange, RoomDirectory } from '../../ports/directory.ts';
import { FAR_MS } from '../samples.ts';
import type { Law } from './laws.ts';
import { remembering } from './remembering.ts';
import type { Spoilt } from './spoilt.ts';

const ofRooms = (law: Law, by: string, change: (rooms: RoomDirectory) => Partial<RoomDirectory>): Spoilt => ({
  law,
  by,
  spoil: ({ nodes, peers, rooms, queues, bans }) => {
    return { nodes, peers, queues, bans, rooms: { ...boundRooms(rooms), ...change(rooms) } };
  },
});

export const SPOILT_ROOMS: readonly Spoilt[] = [
  ofRooms('oldEnd', 'letting an earlier session give up the seat', (rooms) => {
    const { known, note } = remembering<Fence>();
    return {
      async join(request) {
        const answer = await rooms.join(request);
        if (answer.outcome === 'joined') note(request.seat.peer, request.seat.fence);
        return answer;
      },
      async leave(seat) {
        const there = known.get(seat.peer) ?? seat.fence;
        return rooms.leave(there > seat.fence ? { ...seat, fence: there, earlier: false } : seat);
      },
    };
  }),
  ofRooms('seats', 'giving up its own seat with those of earlier sessions', (rooms) => ({
    async leave({ earlier = false, ...seat }) {
      const answer = await rooms.leave({ ...seat, earlier });
      return earlier && answer.outcome === 'absent' ? rooms.leave(seat) : answer;
    },
  })),
  ofRooms('moved', 'forgetting what the seat says of itself', (rooms) => ({
    async resume(request) {
      const answer = await rooms.resume(request);
      const { key, seat } = request;
      if (answer.outcome === 'changed')
        await rooms.update({ key, peer: seat.peer, fence: seat.fence }, undefined);
      return answer;
    },
  })),
  ofRooms('seats', 'letting in more than there are places', (rooms) => ({
    join: (request) => rooms.join({ ...request, capacity: request.capacity + 1 }),
  })),
  ofRooms('window', 'losing the seats of those who are away', (rooms) => ({
    away: (seat) => rooms.leave(seat),
  })),
  ofRooms('window', 'having no mercy', (rooms) => ({
    resume: (request) => rooms.resume({ ...request, reading: { ...request.reading, mercyUntilMs: 0 } }),
  })),
  ofRooms('window', 'not ending windows', (rooms) => ({
    assert: (said) => rooms.assert({ ...said, reading: { ...said.reading, mercyUntilMs: FAR_MS } }),
  })),
  ofRooms('step', 'hiding that it found something', (rooms) => {
    const { known, note } = remembering<string>();
    const told = <Answer extends RoomChange>(answer: Answer) => {
      const from = known.get(answer.room.key) ?? answer.from;
      note(answer.room.key, answer.room.tag);
      return { ...answer, from };
    };
    return {
      assert: async (assertion) => told(await rooms.assert(assertion)),
      async resume(request) {
        const answer = await rooms.resume(request);
        return answer.outcome === 'changed' ? told(answer) : answer;
      },
      async join(request) {
        const answer = await rooms.join(request);
        return answer.outcome === 'joined' ? told(answer) : answer;
      },
    };
  }),
];

const boundRooms = (rooms: RoomDirectory): RoomDirectory => ({
  join: (request) => rooms.join(request),
  leave: (seat) => rooms.leave(seat),
  update: (seat, meta) => rooms.update(seat, meta),
  away: (seat, awayMs, lifeMs) => rooms.away(seat, awayMs, lifeMs),
  resume: (request) => rooms.resume(request),
  assert: (assertion) => rooms.assert(assertion),
});
