import type { ErrorReply, RoomSnapshot } from '@parley/protocol/plain';

import { ParleyError } from './error.ts';
import type { Answer, Request } from './ports.ts';
import type { Session } from './session.ts';

/** Something asked for, until it has an answer. */
interface Pending {
  readonly message: Request;
  readonly settle: (answer: Answer) => void;
  readonly fail: (reason: Error) => void;
}

/** What was asked of the server and has no answer yet; it outlives the session it was said on. */
export class Requests {
  /** In the order in which they were asked for. */
  readonly #pending = new Set<Pending>();
  #session: Session | undefined;
  #end: Error | undefined;

  get isEmpty(): boolean {
    return this.#pending.size === 0;
  }

  get isPaused(): boolean {
    return this.#session === undefined;
  }

  /** Rejects with the ParleyError of an `error` answer, or by {@link Requests.end}. */
  ask(message: Request): Promise<Answer> {
    return new Promise((resolve, fail) => {
      if (this.#end) return fail(this.#end);
      const pending: Pending = {
        message,
        settle: (answer) => {
          this.#pending.delete(pending);
          if (answer.type === 'error') fail(errorOf(answer));
          else resolve(answer);
        },
        fail,
      };
      this.#pending.add(pending);
      void this.#say(pending);
    });
  }

  /** Says nothing for the time being: the session is gone, or the next one waits for the last words of this one. */
  pause(): void {
    this.#session = undefined;
  }

  /**
   * Says what is asked from now on on this session.
   *
   * @returns says again, in order, what was asked before and has no answer
   */
  moveTo(session: Session): () => void {
    const unanswered = [...this.#pending];
    this.#session = session;
    return () => {
      for (const pending of unanswered) if (this.#pending.has(pending)) void this.#say(pending);
    };
  }

  /** A room that nobody knows of: if one `create` waits, it is what came of it, and the answer was lost. */
  created(snapshot: RoomSnapshot): void {
    const [create, another] = [...this.#pending].filter(
      ({ message }) => message.type === 'join' && !message.room,
    );
    if (!another) create?.settle({ type: 'joined', ...snapshot });
  }

  /** Nothing is answered any more. */
  end(error: Error): void {
    this.#end = error;
    for (const { fail } of this.#pending) fail(error);
    this.#pending.clear();
  }

  async #say({ message, settle }: Pending): Promise<void> {
    const answer = await this.#session?.ask(message);
    if (answer) settle(answer);
  }
}

/** What the server had against something. */
export function errorOf({ code, message, retryAfterMs }: ErrorReply): ParleyError {
  return new ParleyError(code, message, retryAfterMs);
}
