import { LIMITS } from './limits.ts';

/** A frame that came before its sender was welcome. */
export interface EarlyFrame {
  readonly text: string;
  readonly bytes: number;
}

/**
 * What waits for a session to be welcome: the frames that its client has sent already, and what others have for it. Both are
 * bounded, and both keep their order.
 */
export class Anteroom {
  #frames: EarlyFrame[] = [];
  #bytes = 0;
  #tasks: (() => void)[] = [];

  /** `false`: it is too much. */
  keep(frame: EarlyFrame): boolean {
    this.#bytes += frame.bytes;
    if (this.#frames.length >= LIMITS.framesBeforeWelcome || this.#bytes > LIMITS.bytesBeforeWelcome)
      return false;
    this.#frames.push(frame);
    return true;
  }

  /** Runs `task` when {@link admitOthers} is called. `false`: too many wait already. */
  await(task: () => void): boolean {
    if (this.#tasks.length >= LIMITS.signalsBeforeWelcome) return false;
    this.#tasks.push(task);
    return true;
  }

  /** What others have for the session: it is welcome, or has ended. */
  admitOthers(): void {
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) task();
  }

  /** What the client has sent, which is forgotten with this. */
  takeFrames(): EarlyFrame[] {
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }
}
