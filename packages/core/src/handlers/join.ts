import { CAPACITY, isRoomCode, type RoomId } from '@parley/protocol';
import { aboutOf } from '../about.ts';
import { isAllowed } from '../allowed.ts';
import { roomKey } from '../keys.ts';
import { LIMITS } from '../limits.ts';
import { Unavailable } from '../ports/directory.ts';
import type { JoinOutcome, JoinWish } from '../room-commands.ts';
import { mintRoomCode } from '../room-code.ts';
import { fromWhere, type Leave, ofPeer } from '../throttle.ts';
import { type Context, type Handler, type MessageOf, metaOf, re } from './handler.ts';

/** Codes that are minted before the node believes that something is wrong. */
const MINT_ATTEMPTS = 5;

export const join: Handler<'join'> = (context, message) => {
  const { session, node } = context;
  const { room } = message;
  const entry = entryOf(message);
  const allowed = entry === 'name' ? isAllowed(session.identity.rooms, room ?? '') : session.identity.codes;
  if (!allowed) return session.fail('not-allowed', aboutOf(message));

  const key = room && roomKey(session.realm, room);
  // Who joins its own seat again is no guesser; what it may do a minute is a budget of its session.
  if (key && node.rooms.seatOf(session, key)) return enter(context, message);
  const leave = leaveFor(context, entry);
  return leave instanceof Promise
    ? leave.then((known) => arrive(context, message, known))
    : arrive(context, message, leave);
};

function arrive(context: Context, message: MessageOf<'join'>, leave: Leave): void | Promise<void> {
  const { session } = context;
  if (session.ended) return;
  if (!leave.ok) return session.refuse(leave, message);
  // Last, right before the seat is asked for: others of its joins may have waited for the same budget.
  if (session.rooms.size >= LIMITS.roomsPerSession) return session.fail('too-many-rooms', aboutOf(message));
  return enter(context, message);
}

async function enter(context: Context, message: MessageOf<'join'>): Promise<void> {
  const { room } = message;
  const outcome = await (room
    ? context.node.rooms.join(context.session, wishFor(context, message, room))
    : mint(context, message));
  answer(context, outcome, aboutOf(message));
}

function answer({ session, node }: Context, outcome: JoinOutcome, about: object): void {
  switch (outcome) {
    case 'joined':
      return;
    case 'full':
      return session.fail('room-full', about);
    case 'absent':
    case 'not-at-the-door':
      return session.fail('room-not-found', about);
    case 'superseded':
      return session.close('replaced');
    case 'recovering':
      return session.fail('cluster-unavailable', { ...about, retryAfterMs: node.membership.recoveryMs });
    case 'late':
    case 'taken':
      throw new Unavailable(`the join was answered: ${outcome}`);
  }
}

async function mint(context: Context, message: MessageOf<'join'>): Promise<JoinOutcome> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await context.node.rooms.join(
      context.session,
      wishFor(context, message, mintRoomCode(context.node.random)),
    );
    if (outcome !== 'taken' || attempt === MINT_ATTEMPTS) return outcome;
  }
}

function wishFor({ session, node }: Context, message: MessageOf<'join'>, room: RoomId): JoinWish {
  const entry = entryOf(message);
  return {
    room,
    meta: metaOf(session, message.meta),
    capacity: message.capacity ?? (entry === 'name' ? CAPACITY.defaultForName : CAPACITY.defaultForCode),
    mode: MODES[entry] ?? (message.create === false ? 'must-exist' : 'may-create'),
    ...(entry === 'mint' && { codeLifeMs: node.options.codeTtlMs }),
    announce(view, seat, codeExpiresInMs) {
      const expiry = codeExpiresInMs !== undefined && { codeExpiresInMs: Math.floor(codeExpiresInMs) };
      session.send({ type: 'joined', ...re(message), ...view.describe(seat), ...expiry });
    },
  };
}

type Entry = 'mint' | 'code' | 'name';

const MODES: Partial<Record<Entry, JoinWish['mode']>> = { mint: 'must-be-new', code: 'must-exist' };

const entryOf = ({ room }: MessageOf<'join'>): Entry =>
  room === undefined ? 'mint' : isRoomCode(room) ? 'code' : 'name';

/** Guessing codes must not be free because something is broken. */
function leaveFor({ session, node }: Context, entry: Entry): Leave | Promise<Leave> {
  const attempts = ofPeer('join', session);
  if (entry !== 'code') return node.throttle.ask(...attempts);
  return node.throttle.askStrictly(...attempts, ...fromWhere('guess-address', session.visitor), {
    limit: 'guess-realm',
    subject: session.realm,
  });
}
