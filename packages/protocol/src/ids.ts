/**
 * The names that travel on the wire, each with a type of its own: a function that takes a room and a peer cannot
 * be called with the two swapped. A brand costs nothing at run time.
 */

declare const brand: unique symbol;

/** `Base` that only {@link Name} may stand for; made by a cast where the text was checked or minted. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** An identity anywhere in the cluster; what signals are addressed to. */
export type PeerId = Brand<string, 'PeerId'>;
/** The name of a room, a code included. */
export type RoomId = Brand<string, 'RoomId'>;
/** One server process; minted at every start. */
export type NodeId = Brand<string, 'NodeId'>;
/** One authenticated WebSocket. */
export type SessionId = Brand<string, 'SessionId'>;
/** One life of a peer: a resumed session keeps it, a reloaded page gets a new one. */
export type InstanceId = Brand<string, 'InstanceId'>;
/** The namespace a credential belongs to; see {@link isRealm}. */
export type Realm = Brand<string, 'Realm'>;
/** Who a token speaks for (`sub`); one user may have several peers. */
export type UserId = Brand<string, 'UserId'>;
/** The name of a queue; together with a size it is a queue. */
export type QueueName = Brand<string, 'QueueName'>;

/**
 * Ids: 1 to 128 printable ASCII characters without space, quotes, backslash and braces. So an id can be spliced
 * into JSON unescaped, cannot move a Redis key to another slot (braces), and cannot break a log line.
 */
export const ID_PATTERN = /^[!#-&(-[\]-z|~]{1,128}$/;

/** 1 to 32 of `[a-z0-9-]`: no `/`, so in `realm/name` the first slash always ends the realm. */
export const REALM_PATTERN = /^[a-z0-9-]{1,32}$/;

/** What codes are made of: no 0, O, 1, I, L, which people confuse when a code is read out. */
export const ROOM_CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';

/** Of that alphabet: a test compares the two. */
const ROOM_CODE_PATTERN = /^[2-9A-HJKMNP-Z]{4}-[2-9A-HJKMNP-Z]{4}$/;

/** Whether `text` may name a peer, user, room, queue, node, session or instance: {@link ID_PATTERN}. */
export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/** Whether `text` may name a realm: {@link REALM_PATTERN}. */
export function isRealm(text: string): text is Realm {
  return REALM_PATTERN.test(text);
}

/** Whether `text` has exactly the form of a code, `XXXX-XXXX`: such a room is joined, never created. */
export function isRoomCode(text: string): text is RoomId {
  return ROOM_CODE_PATTERN.test(text);
}
