import { CAPACITY, isRoomCode, type RoomId } from '@parley/protocol';
import { isAllowed } from '../allowed.ts';
import { limitSubject } from '../caller.ts';
import { roomKey } from '../keys.ts';
import { LIMITS } from '../limits.ts';
import { Unavailable } from '../ports/directory.ts';
import type { Draw } from '../ports/limiter.ts';
import type { JoinOutcome, JoinWish } from '../room-commands.ts';
import { mintRoomCode } from '../room-code.ts';
import { type Context, type Handler, type MessageOf, metaOf, re } from './handler.ts';

/** Codes that are minted before the node believes that something is wrong. */
const MINT_ATTEMPTS = 5;

export const join: Handler<'join'> = async (context, message) => {
  const { session, node } = context;
  const { room } = message;
  const about = { ...re(message), ...(room && { room }) };
  const entry = entryOf(message);
  const allowed = entry === 'name' ? isAllowed(session.identity.rooms, room ?? '') : session.identity.codes;
  if (!allowed) return session.fail('not-allowed', about);

  const key = room && roomKey(session.realm, room);
  const isSeated = key !== undefined && node.rooms.seatOf(session, key) !== undefined;
  const retryAfterMs = isSeated ? 0 : await waitFor(context, entry);
  if (session.ended) return;
  if (retryAfterMs > 0) return session.fail('rate-limited', { ...about, retryAfterMs });
  // Last, right before the seat is asked for: others of its joins may have waited for the same budget.
  if (!isSeated && session.rooms.size >= LIMITS.roomsPerSession) return session.fail('too-many-rooms', about);

  const outcome = await (room
    ? node.rooms.join(session, wishFor(context, message, room))
    : mint(context, message));
  answer(context, outcome, about);
};

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

/** 0: go on. A limiter that cannot answer lets pass, but for codes: guessing must not be free because something is broken. */
async function waitFor({ session, node }: Context, entry: Entry): Promise<number> {
  const draws: Draw[] = [{ limit: 'join', subject: `${session.realm}/${session.peer}`, ...JOIN_BUDGET }];
  if (entry === 'code') {
    draws.push({ limit: 'guess-address', subject: limitSubject(session.address), ...GUESS_BUDGETS.address });
    draws.push({ limit: 'guess-realm', subject: session.realm, ...GUESS_BUDGETS.realm });
  }
  try {
    const decision = await node.limiter.draw(draws);
    return decision.ok ? 0 : decision.retryAfterMs;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return entry === 'code' ? UNKNOWN_RETRY_MS : 0;
  }
}

const JOIN_BUDGET = { burst: 64, perMinute: 120 };
const GUESS_BUDGETS = { address: { burst: 60, perMinute: 60 }, realm: { burst: 6_000, perMinute: 6_000 } };
const UNKNOWN_RETRY_MS = 1_000;
