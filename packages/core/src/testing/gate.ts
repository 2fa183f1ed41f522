import { Unavailable } from '../ports/directory.ts';

/**
 * What goes wrong with one call. `lost`: it never arrives. `unanswered`: it happens, and the answer is lost. `held`: it stands
 * at the gate until {@link Gate.open}. `slow`: it happens, and its answer stands there. An error: it is answered with that.
 */
export type Mishap = 'lost' | 'unanswered' | 'held' | 'slow' | Error;

type Call = () => Promise<unknown>;

/** Stands between a node and a port, and lets through what it is told to. Everything passes otherwise. */
export class Gate {
  /** The names of all calls that were made, in order. */
  readonly calls: string[] = [];
  readonly #mishaps = new Map<string, Mishap[]>();
  #held: (() => void)[] = [];
  /** Nothing gets through at all. */
  isShut = false;

  /** What happens to the next calls of this method, one after the other. */
  next(method: string, ...mishaps: Mishap[]): void {
    this.#mishaps.set(method, [...(this.#mishaps.get(method) ?? []), ...mishaps]);
  }

  /** Lets go what is held. */
  open(): void {
    for (const go of this.#held.splice(0)) go();
  }

  count(method: string): number {
    return this.calls.filter((call) => call === method).length;
  }

  over<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) =>
          this.#pass(String(name), () => Reflect.apply(member, target, args) as Promise<unknown>);
      },
    });
  }

  async #pass(name: string, call: Call): Promise<unknown> {
    this.calls.push(name);
    const mishap = this.isShut ? 'lost' : this.#mishaps.get(name)?.shift();
    if (mishap instanceof Error) throw mishap;
    if (mishap === 'lost') throw new Unavailable('lost on the way there');
    if (mishap === 'held') await this.#opened();
    const answer = await call();
    if (mishap === 'slow') await this.#opened();
    if (mishap === 'unanswered') throw new Unavailable('lost on the way back');
    return answer;
  }

  #opened(): Promise<void> {
    return new Promise((resolve) => this.#held.push(resolve));
  }
}
