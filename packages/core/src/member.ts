import type {
  ErrorCode,
  ErrorReply,
  CloseName,
  InstanceId,
  Outgoing,
  PeerId,
  Realm,
  SessionId,
  UserId,
} from '@parley/protocol';
import type { Parting } from './farewell.ts';
import type { Fence } from './fence.ts';
import type { Few } from './few.ts';
import type { QueueKey, RoomKey } from './keys.ts';
import type { SendOutcome } from './ports/socket.ts';

/** What rooms and queues know of a session. */
export interface Member {
  readonly realm: Realm;
  readonly peer: PeerId;
  readonly user: UserId | undefined;
  readonly instance: InstanceId;
  readonly session: SessionId;
  readonly fence: Fence;
  /** The rooms it has a seat in, or is about to have, or has not yet given back. */
  readonly rooms: Few<RoomKey>;
  /** The queues it waits in, or is about to. */
  readonly queues: Few<QueueKey>;
  /** It ends: it hears nothing any more, and what it still gets is given back. */
  readonly ended: boolean;
  /** What becomes of its seats when it has ended. */
  readonly parting: Parting;
  /** The node slept, or was taken for lost, and has not said since that this member is here: see `Doubt`. */
  isDoubted: boolean;
  send(message: Outgoing): void;
  /** An error reply. */
  fail(code: ErrorCode, fields: Omit<ErrorReply, 'type' | 'code' | 'message'>): void;
  close(close: CloseName): void;
  /** Passes on a frame that is already text. */
  relay(text: string | Uint8Array): SendOutcome;
}

/** What a member says of itself when it takes a seat or a place. `meta` is JSON text. */
export const claimOf = ({ peer, user, instance, session, fence }: Member, meta: string | undefined) => ({
  peer,
  ...(user && { user }),
  instance,
  session,
  fence,
  ...(meta !== undefined && { meta }),
});
