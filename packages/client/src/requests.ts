import { ParleyError } from './error.ts';
import type { Answer, Request } from './ports.ts';
import type { Session } from './session.ts';

/** Something asked for, until it has an answer. */
interface Pending {
  readonly message: Request;
  readonly settle: (answer: Answer) => void;
  readonly fail: (reason: unknown) => void;
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

  /** Rejects with the ParleyError of an `error` answer, with the reason of an aborted signal, or by {@link Requests.end}. */
  ask(message: Request, signal?: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      if (this.#end) return reject(this.#end);
      const aborted = () => pending.fail(signal?.reason);
      const done = () => {
        signal?.removeEventListener('abort', aborted);
        this.#pending.delete(pending);
      };
      const pending: Pending = {
        message,
        settle(answer) {
          done();
          if (answer.type !== 'error') resolve(answer);
          else reject(new ParleyError(answer.code, answer.message, answer.retryAfterMs));
        },
        fail(reason) {
          done();
          reject(reason);
        },
      };
      signal?.addEventListener('abort', aborted);
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

  /** Nothing is answered any more. */
  end(error: Error): void {
    this.#end = error;
    for (const { fail } of this.#pending) fail(error);
  }

  async #say({ message, settle }: Pending): Promise<void> {
    const answer = await this.#session?.ask(message);
    if (answer) settle(answer);
  }
}
