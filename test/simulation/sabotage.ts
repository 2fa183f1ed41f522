import { type Directory, Unavailable } from '@parley/core';
import type { MemoryDirectory } from '@parley/core/memory';

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
  | 'answers-slowly';

/** The same directory, with something wrong. */
export function sabotaged(directory: MemoryDirectory, sabotage: Sabotage | undefined): Directory {
  const { nodes, peers, rooms, queues, bans } = directory;
  const right: Directory = { nodes, peers, rooms, queues, bans };
  const { records } = peers;
  switch (sabotage) {
    case 'never-asserts':
      return {
        ...right,
        rooms: over(rooms, { assert: () => Promise.reject(new Unavailable('sabotaged')) }),
      };
    case 'forgets-mail':
      return {
        ...right,
        peers: over(peers, {
          async put(request) {
            const before = records.get(request.key);
            const answer = await peers.put(request);
            if (before) records.set(request.key, before);
            return answer;
          },
        }),
      };
    case 'hands-mail-twice':
      return {
        ...right,
        peers: over(peers, {
          async claim(claim) {
            const mail = records.get(claim.key)?.life?.mail;
            const answer = await peers.claim(claim);
            const held = records.get(claim.key);
            if (answer.outcome === 'resumed' && held?.life && mail)
              records.set(claim.key, { ...held, life: { ...held.life, mail, handed: 0 } });
            return answer;
          },
        }),
      };
    case 'turns-mail-round':
      return {
        ...right,
        peers: over(peers, {
          async claim(claim) {
            const answer = await peers.claim(claim);
            return answer.outcome === 'resumed' ? { ...answer, mail: answer.mail.toReversed() } : answer;
          },
        }),
      };
    case 'puts-away-the-newer':
      return {
        ...right,
        peers: over(peers, {
          async away(assertion, awayMs) {
            const held = records.get(assertion.key);
            return peers.away(held ? { ...assertion, fence: held.fence } : assertion, awayMs);
          },
        }),
      };
    case 'ends-seats-at-once':
      return { ...right, rooms: over(rooms, { away: (seat) => rooms.leave(seat) }) };
    default:
      return right;
  }
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
