import { type Bus, type Clock, type Directory, type Envelope, Unavailable } from '@parley/core';
import type { MemoryDirectory } from '@parley/core/memory';
import type { Outgoing } from '@parley/protocol';

/**
 * Not a fault of the world but of the code: controls, by which the judges show that they would notice.
 */
export type Sabotage =
  | 'never-asserts'
  | 'forgets-mail'
  | 'hands-mail-twice'
  | 'turns-mail-round'
  | 'puts-away-the-newer'
  | 'ends-seats-at-once'
  | 'repeats-news'
  | 'passes-old-signals-on'
  | 'overtakes'
  | 'loses-in-silence'
  | 'answers-slowly';

/** The same directory, with something wrong. */
export function sabotaged(directory: MemoryDirectory, sabotage: Sabotage | undefined): Directory {
  const { nodes, peers, rooms, queues, bans } = directory;
  const right: Directory = { nodes, peers, rooms, queues, bans };
  switch (sabotage) {
    case 'never-asserts':
      return {
        ...right,
        rooms: over(rooms, { assert: () => Promise.reject(new Unavailable('sabotaged')) }),
      };
    case 'forgets-mail':
    case 'hands-mail-twice':
    case 'turns-mail-round':
      return { ...right, peers: careless(directory, sabotage) };
    case 'puts-away-the-newer':
      return { ...right, rooms: confused(directory) };
    case 'ends-seats-at-once':
      return { ...right, rooms: over(rooms, { away: (seat) => rooms.leave(seat) }) };
    default:
      return right;
  }
}

/** A directory of peers that does something with the mail that it must not. */
function careless(
  { peers }: MemoryDirectory,
  sabotage: 'forgets-mail' | 'hands-mail-twice' | 'turns-mail-round',
): Directory['peers'] {
  const { records } = peers;
  switch (sabotage) {
    case 'forgets-mail':
      return over(peers, {
        async put(request) {
          const before = records.get(request.key);
          const answer = await peers.put(request);
          if (before) records.set(request.key, before);
          return answer;
        },
      });
    case 'hands-mail-twice':
      return over(peers, {
        async claim(claim) {
          const mail = records.get(claim.key)?.life?.mail;
          const answer = await peers.claim(claim);
          const held = records.get(claim.key);
          if (answer.outcome === 'resumed' && held?.life && mail)
            records.set(claim.key, { ...held, life: { ...held.life, mail, handed: 0 } });
          return answer;
        },
      });
    case 'turns-mail-round':
      return over(peers, {
        async claim(claim) {
          const answer = await peers.claim(claim);
          return answer.outcome === 'resumed' ? { ...answer, mail: answer.mail.toReversed() } : answer;
        },
      });
  }
}

/** Rooms that take the seat of a later session for that of the one that went. */
function confused({ rooms }: MemoryDirectory): Directory['rooms'] {
  return over(rooms, {
    away(seat, awayMs, lifeMs) {
      const fence = rooms.records.get(seat.key)?.seats.get(seat.peer)?.holder.fence ?? seat.fence;
      return rooms.away({ ...seat, fence }, awayMs, lifeMs);
    },
  });
}

/** The same bus, with something wrong. */
export function sabotagedBus(bus: Bus, clock: Clock, sabotage: Sabotage | undefined): Bus {
  const rejuvenated = (envelope: Envelope): Envelope =>
    envelope.kind === 'signal' ? { ...envelope, sentAtMs: clock.nowMs() } : envelope;
  switch (sabotage) {
    case 'passes-old-signals-on':
      return over(bus, {
        start: (listener) =>
          bus.start(
            over(listener, {
              received: (from, envelopes) => listener.received(from, envelopes.map(rejuvenated)),
            }),
          ),
      });
    case 'overtakes':
      return over(bus, { send: overtaking(bus, clock) });
    default:
      return bus;
  }
}

/** Of two signals to one session in one turn, the second goes first: their texts change places. */
function overtaking(bus: Bus, clock: Clock): Bus['send'] {
  const sentNow = new Map<string, { text: string | Uint8Array }>();
  return (to, envelope: Envelope) => {
    if (envelope.kind !== 'signal') return bus.send(to, envelope);
    const second = { ...envelope };
    const path = `${second.fromSession} ${second.room} ${second.toSession}`;
    const first = sentNow.get(path);
    if (first) [first.text, second.text] = [second.text, first.text];
    sentNow.set(path, second);
    clock.endOfTurn(() => sentNow.delete(path));
    bus.send(to, second);
  };
}

/** What a node says reaches its client once and at once; `tell` is how. */
export function spoilt(
  { type }: Outgoing,
  { clock, sabotage }: { readonly clock: Clock; readonly sabotage: Sabotage | undefined },
  tell: () => void,
): void {
  if (sabotage === 'loses-in-silence' && type === 'signal') return;
  if (sabotage === 'answers-slowly' && type === 'delivered') return void clock.after(2_500, tell);
  tell();
  if (sabotage === 'repeats-news' && type === 'peer-away') tell();
}

/** A port with some of its methods replaced. */
const over = <Port extends object>(port: Port, methods: Partial<Port>): Port =>
  new Proxy(port, {
    get(target, name) {
      const replaced: unknown = Reflect.get(methods, name);
      if (replaced) return replaced;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
