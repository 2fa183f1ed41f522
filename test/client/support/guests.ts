import { connect } from '@parley/client/signaling';
import type { ConnectOptions, Parley, Room, SignalingPeer } from '@parley/client/signaling';
import { afterEach } from 'vitest';

import { until } from '../../support/until.ts';
import { webSocket } from './lines.ts';

export type Guest = Parley<SignalingPeer>;
export type GuestRoom = Room<SignalingPeer>;

/** `connect` of the SDK for one suite: whoever came is gone when the test ends. */
export function guests(): (url: string, options?: ConnectOptions) => Promise<Guest> {
  const here: Guest[] = [];
  afterEach(() => {
    for (const guest of here.splice(0)) guest.close();
  });
  return async (url, options) => {
    const guest = await connect(url, { webSocket, ...options });
    here.push(guest);
    return guest;
  };
}

/** The other one in a room, here or to come. */
export function otherIn(room: GuestRoom): Promise<SignalingPeer> {
  return until('somebody in the room', () => [...room.peers.values()][0]);
}

/** What a room and its peers tell, as one line each. */
export function diaryOf(room: GuestRoom): string[] {
  const lines: string[] = [];
  room.on('peer', (peer) => {
    lines.push(`peer ${JSON.stringify(peer.meta ?? null)}`);
    peer.on('updated', (meta) => lines.push(`updated ${JSON.stringify(meta)}`));
    peer.on('away', () => lines.push('away'));
    peer.on('back', () => lines.push('back'));
    peer.on('left', (reason) => lines.push(`left ${reason}`));
    peer.on('error', (error) => lines.push(`error ${'code' in error ? String(error.code) : error.name}`));
  });
  room.on('peer-left', (_peer, reason) => lines.push(`peer-left ${reason}`));
  room.on('left', (reason) => lines.push(`we left: ${reason}`));
  return lines;
}

/** What a peer says, from now on. */
export function heardFrom(peer: SignalingPeer): unknown[] {
  const heard: unknown[] = [];
  peer.on('signal', (signal) => heard.push(signal));
  return heard;
}
