import type { Outgoing } from '@parley/protocol';
import type { SendOutcome, Socket, SocketListener } from '../ports/socket.ts';

/** A WebSocket without a network, seen from the client: what it was sent, and what it says. */
export class FakeSocket implements Socket {
  readonly heard: Outgoing[] = [];
  ending: { readonly code: number; readonly reason: string } | undefined;
  pings = 0;
  /** What becomes of the next frames. */
  outcome: SendOutcome = 'sent';
  listener: SocketListener | undefined;

  /** What it heard, shortly: the type, and whom it is about or which error it is. */
  get story(): string[] {
    return this.heard.map((message) => {
      if (message.type === 'error') return `error ${message.code}`;
      return 'peer' in message && message.type !== 'welcome'
        ? `${message.type} ${message.peer}`
        : message.type;
    });
  }

  get closedWith(): number | undefined {
    return this.ending?.code;
  }

  /** The last message of a type. */
  last<Type extends Outgoing['type']>(type: Type): Extract<Outgoing, { type: Type }> | undefined {
    return this.heard.findLast(
      (message): message is Extract<Outgoing, { type: Type }> => message.type === type,
    );
  }

  say(message: object | string): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    this.listener?.message(text, Buffer.byteLength(text));
  }

  /** The connection is gone. */
  drop(code = 1006): void {
    const { listener } = this;
    this.listener = undefined;
    listener?.closed(code);
  }

  send(text: string | Uint8Array): SendOutcome {
    if (this.ending) return 'dropped';
    if (this.outcome !== 'dropped') this.heard.push(JSON.parse(String(text)) as Outgoing);
    return this.outcome;
  }

  ping(): void {
    this.pings += 1;
  }

  end(code: number, reason: string): void {
    this.ending ??= { code, reason };
  }

  cork(writes: () => void): void {
    writes();
  }
}
