import { type Evidence, SLACK_MS } from './evidence.ts';
import { briefly, lifeKey, type SocketRecord } from './history.ts';
import { forbidsReturn } from './resuming-client.ts';

/** Who comes back in time is who it was, unless Redis lost its memory meanwhile. */
export function comesBackAsItself(evidence: Evidence): string[] {
  return [...evidence.clients].flatMap(([client, sockets]) =>
    sockets.slice(1).flatMap((socket, index) => {
      const before = sockets[index];
      const { welcome } = socket;
      if (!before?.end || !welcome || welcome.resumed || !socket.offeredResume) return [];
      const awayMs = welcome.atMs - before.end.atMs;
      const interval = { fromMs: before.end.atMs, toMs: welcome.atMs };
      if (awayMs > evidence.findings.windowMs - SLACK_MS || evidence.lostDataWithin(interval)) return [];
      return [`${client} was away for ${Math.round(awayMs)} ms and came back as somebody else`];
    }),
  );
}

/** A life that goes on keeps its name and its instance. */
export function staysItself(evidence: Evidence): string[] {
  return [...evidence.clients].flatMap(([client, sockets]) =>
    sockets
      .slice(1)
      .flatMap((socket, index) =>
        isContinued(socket, sockets[index]) ? [] : [`${client} is said to continue another life`],
      ),
  );
}

/** No client here gives a reason to be sent away for good, and only a client's own next socket replaces one. */
export function nobodyIsSentAway(evidence: Evidence): string[] {
  const { sockets: attempts } = evidence.findings.history;
  return [...evidence.clients].flatMap(([client, sockets]) =>
    sockets.flatMap(({ end, triedAtMs }) => {
      if (!end || !forbidsReturn(end.code)) return [];
      if (sockets.some((next) => next.triedAtMs > triedAtMs && next.triedAtMs <= end.atMs)) return [];
      const givenUp = attempts.filter((attempt) => attempt.client === client && !attempt.welcome);
      const before = givenUp.filter((attempt) => attempt.triedAtMs < end.atMs).at(-1);
      const attempt = before
        ? `; ${Math.round(end.atMs - before.triedAtMs)} ms before it tried ${before.url} in vain`
        : '';
      return [`${client} was closed ${end.code} ${end.reason} and had no other socket${attempt}`];
    }),
  );
}

/** Everybody has a seat in its rooms, sees everybody else who has one, as who it is now, and nobody besides. */
export function roomsAgree(evidence: Evidence): string[] {
  const { sights } = evidence.findings;
  const homeless = sights.filter(({ life }) => !life).map(({ client }) => `${client} has no socket`);
  const wrongs = sights.flatMap(({ client, rooms, life }) =>
    [...rooms].flatMap(([room, seen]) => {
      const others = sights.filter((other) => other.client !== client && other.rooms.has(room));
      const expected = new Set(others.flatMap((other) => (other.life ? [lifeKey(other.life)] : [])));
      const found = new Set(seen.map(lifeKey));
      const where = `${client} (${briefly(life?.peer ?? '')}) in ${room}`;
      return [
        ...[...expected]
          .filter((key) => !found.has(key))
          .map((key) => `${where} does not see ${briefly(key)}`),
        ...[...found]
          .filter((key) => !expected.has(key))
          .map((key) => `${where} sees the ghost ${briefly(key)}`),
        ...seen
          .filter((other) => other.isAway && expected.has(lifeKey(other)))
          .map(({ peer }) => `${where} takes ${briefly(peer)} for away`),
      ];
    }),
  );
  return [...homeless, ...wrongs];
}

function isContinued({ welcome, offeredResume }: SocketRecord, before: SocketRecord | undefined): boolean {
  if (!welcome?.resumed) return true;
  return offeredResume && before?.welcome !== undefined && lifeKey(welcome) === lifeKey(before.welcome);
}
