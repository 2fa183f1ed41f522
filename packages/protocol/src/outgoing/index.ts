/**
 * What a node may send: one message, one file. Clients ignore members and types that they do not know, so these
 * schemas let unknown members pass. They serve documentation and tests; nothing is validated on the sending path.
 */
import * as z from 'zod';

import { delivered } from './delivered.ts';
import { error } from './error.ts';
import { goingAway } from './going-away.ts';
import { iceServers } from './ice-servers.ts';
import { joined } from './joined.ts';
import { kept } from './kept.ts';
import { left } from './left.ts';
import { peerAway } from './peer-away.ts';
import { peerBack } from './peer-back.ts';
import { peerJoined } from './peer-joined.ts';
import { peerLeft } from './peer-left.ts';
import { peerUpdated } from './peer-updated.ts';
import { pong } from './pong.ts';
import { refreshed } from './refreshed.ts';
import { signal } from './signal.ts';
import { unmatched } from './unmatched.ts';
import { updated } from './updated.ts';
import { waiting } from './waiting.ts';
import { welcome } from './welcome.ts';

/** Every message of a node, discriminated by `type`. */
export const outgoing = z.discriminatedUnion('type', [
  welcome,
  joined,
  left,
  updated,
  waiting,
  unmatched,
  delivered,
  kept,
  refreshed,
  iceServers,
  pong,
  error,
  goingAway,
  peerJoined,
  peerUpdated,
  peerAway,
  peerBack,
  peerLeft,
  signal,
]);

export type Outgoing = z.infer<typeof outgoing>;
export type OutgoingType = Outgoing['type'];

/** The schema of each type; complete by type. */
export const OUTGOING = {
  welcome,
  joined,
  left,
  updated,
  waiting,
  unmatched,
  delivered,
  kept,
  refreshed,
  'ice-servers': iceServers,
  pong,
  error,
  'going-away': goingAway,
  'peer-joined': peerJoined,
  'peer-updated': peerUpdated,
  'peer-away': peerAway,
  'peer-back': peerBack,
  'peer-left': peerLeft,
  signal,
} satisfies { [Type in OutgoingType]: z.ZodType<Extract<Outgoing, { type: Type }>> };

export type { Delivered } from './delivered.ts';
export type { ErrorReply } from './error.ts';
export type { GoingAway } from './going-away.ts';
export type { IceServer, IceServersAnswer } from './ice-servers.ts';
export type { Joined } from './joined.ts';
export type { Kept } from './kept.ts';
export type { Left } from './left.ts';
export type { RoomPeer, RoomSnapshot } from './peer.ts';
export type { PeerAway } from './peer-away.ts';
export type { PeerBack } from './peer-back.ts';
export type { PeerJoined } from './peer-joined.ts';
export type { PeerLeft } from './peer-left.ts';
export type { PeerUpdated } from './peer-updated.ts';
export type { Pong } from './pong.ts';
export type { Refreshed } from './refreshed.ts';
export type { RelayedSignal } from './signal.ts';
export type { Unmatched } from './unmatched.ts';
export type { Updated } from './updated.ts';
export type { Waiting } from './waiting.ts';
export type { Welcome } from './welcome.ts';
