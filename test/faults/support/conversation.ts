import { setTimeout as pause } from 'node:timers/promises';

import type { Outgoing } from '@parley/protocol';

import type { RawClient } from '../../support/client.ts';
import { until } from '../../support/until.ts';
import { signalTo } from './answers.ts';

/** Every signal has one answer within two seconds; this much later nothing is waited for any more. */
const ANSWERED_WITHIN_MS = 2_000;
const SLACK_MS = 1_500;

interface Told {
  readonly answers: Outgoing[];
  readonly sentMs: number;
  tookMs?: number;
}

/** A client that signals another all the time, numbers what it sends and writes down what it is told of each number. */
export class Conversation {
  readonly #from: RawClient;
  readonly #to: RawClient;
  readonly #told = new Map<string, Told>();
  readonly #name = `talk-${++conversations}`;
  #talking: Promise<void>;
  #isOver = false;

  private constructor(from: RawClient, to: RawClient, room: string, bytes: number, everyMs: number) {
    this.#from = from;
    this.#to = to;
    from.socket.on('message', (data: Buffer) => this.#hear(JSON.parse(data.toString()) as Outgoing));
    this.#talking = this.#talk(room, 'x'.repeat(bytes), everyMs);
  }

  /** @param options `bytes`: of filling in each signal; `everyMs`: how long it waits between two */
  static between(
    from: RawClient,
    to: RawClient,
    room: string,
    { bytes = 0, everyMs = 10 } = {},
  ): Conversation {
    return new Conversation(from, to, room, bytes, everyMs);
  }

  get delivered(): number {
    return this.#answered('delivered').length;
  }

  get failed(): number {
    return this.#answered('error').length;
  }

  until(what: string, isSo: (talk: this) => boolean, deadlineMs?: number): Promise<boolean> {
    return until(what, () => isSo(this), deadlineMs);
  }

  /** Says nothing more, and waits until the last answer is due, and what was delivered has arrived. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#talking;
    // What was delivered may still be on its way to whoever reads it.
    const isRight = () => this.wrongs().length === 0;
    await until('every answer', isRight, ANSWERED_WITHIN_MS + SLACK_MS).catch(() => {
      // Then wrongs() says which is missing.
    });
  }

  /**
   * What is wrong with the answers, by signal; nothing, if each was answered once and in time, what was said to be delivered
   * has arrived, what was said certainly not to be has not, and what arrived did so once and in order.
   */
  wrongs(): string[] {
    const arrived = this.#arrived();
    const wrongs = [...this.#told].flatMap(([id, told]) => {
      const what = wrongWith(told, arrived.includes(id));
      return what ? [`${id}: ${what}`] : [];
    });
    const inOrder = [...this.#told.keys()].filter((id) => arrived.includes(id));
    if (arrived.join() !== inOrder.join()) wrongs.push(`arrived in the order ${arrived.join()}`);
    return wrongs;
  }

  #arrived(): string[] {
    return this.#to.received.flatMap((message) => {
      const said = message.type === 'signal' ? (message.custom as { id?: string }) : {};
      return said.id?.startsWith(`${this.#name}-`) ? [said.id] : [];
    });
  }

  #answered(type: Outgoing['type']): Told[] {
    return [...this.#told.values()].filter(({ answers }) => answers.some((answer) => answer.type === type));
  }

  async #talk(room: string, filling: string, everyMs: number): Promise<void> {
    for (let n = 1; !this.#isOver; n += 1) {
      const id = `${this.#name}-${n}`;
      this.#told.set(id, { answers: [], sentMs: performance.now() });
      const signal = { ...signalTo(this.#to, room, ''), custom: { id, filling } };
      this.#from.send({ ...signal, id });
      await pause(everyMs);
    }
  }

  #hear(message: Outgoing): void {
    const told = 're' in message && message.re !== undefined ? this.#told.get(String(message.re)) : undefined;
    if (!told) return;
    told.answers.push(message);
    told.tookMs ??= performance.now() - told.sentMs;
  }
}

function wrongWith({ answers, tookMs = Infinity }: Told, hasArrived: boolean): string | undefined {
  const [answer] = answers;
  if (!answer || answers.length > 1) return `${answers.length} answers`;
  if (tookMs > ANSWERED_WITHIN_MS + SLACK_MS) return `answered after ${tookMs} ms`;
  if (answer.type === 'delivered') return hasArrived ? undefined : 'delivered, and never arrived';
  if (answer.type !== 'error') return JSON.stringify(answer);
  return answer.code === 'peer-unreachable' && hasArrived ? 'peer-unreachable, and arrived' : undefined;
}

let conversations = 0;
