import type { PeerId, QueueName, Realm, RoomId } from '@parley/protocol';
import type { BanRef } from './ports/bans.ts';

/**
 * Names that are unique in the cluster. A realm holds no `/`, so the first one always ends it, and what strangers choose
 * stands last.
 */
export type PeerKey = `${string}/${string}` & { readonly __brand: 'PeerKey' };
export type RoomKey = `${string}/${string}` & { readonly __brand: 'RoomKey' };
export type QueueKey = `${string}/${number}/${string}` & { readonly __brand: 'QueueKey' };

export const peerKey = (realm: Realm, peer: PeerId) => `${realm}/${peer}` as PeerKey;
export const roomKey = (realm: Realm, room: RoomId) => `${realm}/${room}` as RoomKey;
export const queueKey = (realm: Realm, size: number, queue: QueueName) =>
  `${realm}/${size}/${queue}` as QueueKey;

/** Of a ban. No kind holds a `/`, so the first one always ends it. */
export const banKey = ({ kind, subject }: BanRef) => `${kind}/${subject}`;

export const roomOf = (key: RoomKey) => key.slice(key.indexOf('/') + 1) as RoomId;

/** The realm of any of the three. */
export const realmOf = (key: PeerKey | RoomKey | QueueKey) => key.slice(0, key.indexOf('/')) as Realm;
