import type { NodeId } from '@parley/protocol';
import type { Envelope } from '../envelope.ts';

/** Where a node listens: at first the text of its id; a node whose inbox is out of reach takes another one. */
export type Inbox = string & { readonly __brand: 'Inbox' };

/** Node-to-node messages: at most once, and silent about loss. Whoever must know asks for a receipt. */
export interface Bus {
  /** This node's inbox as it is now. */
  readonly inbox: Inbox;
  /** Starts to listen. Resolves when the inbox is heard for the first time. */
  start(listener: BusListener): Promise<void>;
  /**
   * Sends one envelope. What goes to one inbox within one turn of the event loop leaves together, in order; what is sent
   * to one inbox arrives in order or not at all.
   */
  send(to: Inbox, envelope: Envelope): void;
  /** Gives the subscription up and makes it anew, because it is deaf, unless that is being done. Returns at once. */
  rebuild(): void;
  stop(): Promise<void>;
}

export interface BusListener {
  /** Envelopes of one sender, in its order. */
  received(from: NodeId, envelopes: readonly Envelope[]): void;
  /** The inbox is listened to again after it was not: anything may have been missed. */
  resubscribed(): void;
  /** These could not be handed to the bus. They may have arrived all the same. */
  failed(to: Inbox, envelopes: readonly Envelope[]): void;
}
