import type { CloseName, ErrorCode, InstanceId, Outgoing, PeerId, Realm, SessionId } from '@parley/protocol';
import { fenceOf } from '../fence.ts';
import { Few } from '../few.ts';
import type { QueueKey, RoomKey } from '../keys.ts';
import type { ClaimAnswer, SecretHash } from '../ports/peers.ts';
import type { Claimant } from '../presence.ts';
import type { SendOutcome } from '../ports/socket.ts';

/** A member without a socket, which remembers what it was told. */
export class Puppet implements Claimant {
  readonly realm = 'main' as Realm;
  readonly peer: PeerId;
  readonly user = undefined;
  readonly instance: InstanceId;
  readonly session: SessionId;
  readonly fence: Claimant['fence'];
  readonly rooms = new Few<RoomKey>();
  readonly queues = new Few<QueueKey>();
  ended = false;
  parting: Claimant['parting'] = 'away';
  isDoubted = false;
  isAsked = false;
  isWelcome = true;
  isFixed = true;
  isClaimed = false;
  presented: SecretHash | undefined;
  readonly offered: SecretHash;
  readonly heard: Outgoing[] = [];
  readonly relayed: string[] = [];
  closed: CloseName | undefined;
  outcome: SendOutcome = 'sent';

  constructor(peer: string, at = 1) {
    this.peer = peer as PeerId;
    this.session = `${peer}-${at}` as SessionId;
    this.instance = `life-${at}-of-${peer}` as InstanceId;
    this.fence = fenceOf(at, this.session);
    this.offered = `secret-of-${this.session}` as SecretHash;
  }

  /** What it heard, shortly: the type, and whom it is about. */
  get story(): string[] {
    return this.heard.map((message) =>
      'peer' in message ? `${message.type} ${message.peer}` : message.type,
    );
  }

  claimed({ outcome }: ClaimAnswer): void {
    this.isClaimed = outcome === 'claimed' || outcome === 'resumed';
  }

  send(message: Outgoing): void {
    if (!this.ended) this.heard.push(message);
  }

  fail(code: ErrorCode, fields: object): void {
    this.send({ type: 'error', code, message: '', ...fields });
  }

  close(close: CloseName): void {
    if (this.ended) return;
    this.ended = true;
    this.closed = close;
  }

  relay(text: string | Uint8Array): SendOutcome {
    if (this.ended) return 'dropped';
    this.relayed.push(String(text));
    return this.outcome;
  }
}
