import { isIP } from 'node:net';

/** Something in a log that must not stand there. */
export interface Leak {
  readonly kind: string;
  readonly line: string;
}

/** Shorter ones may stand in a log by chance: they are not searched for. */
const MIN_CHARS = 6;

/**
 * What was said to nodes and by them, and must not come out of their logs: tokens, names of rooms, ids, addresses. What has a
 * form of its own (SDP, candidates, JWTs, addresses) is found without having been added.
 */
export class Secrets {
  readonly #kindOf = new Map<string, string>();
  /** The same by their first characters: there may be thousands, and megabytes to look through. */
  readonly #byStart = new Map<string, string[]>();

  /** @param value short ones are left out */
  add(kind: string, value: string | undefined): void {
    if (value === undefined || value.length < MIN_CHARS || this.#kindOf.has(value)) return;
    this.#kindOf.set(value, kind);
    const start = value.slice(0, MIN_CHARS);
    this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), value]);
  }

  get size(): number {
    return this.#kindOf.size;
  }

  /** Every line that holds one of them, once per kind. */
  foundIn(output: string): Leak[] {
    return output.split('\n').flatMap((line) => {
      const kinds = new Set(this.#valuesIn(line).map((value) => this.#kindOf.get(value) ?? ''));
      for (const [kind, isIn] of FORMS) if (isIn(line)) kinds.add(kind);
      return [...kinds].map((kind) => ({ kind, line }));
    });
  }

  #valuesIn(line: string): string[] {
    const found: string[] = [];
    for (let at = 0; at + MIN_CHARS <= line.length; at += 1) {
      const candidates = this.#byStart.get(line.slice(at, at + MIN_CHARS)) ?? [];
      found.push(...candidates.filter((value) => line.startsWith(value, at)));
    }
    return found;
  }
}

/** What can be told by its form. */
const FORMS: readonly (readonly [kind: string, isIn: (line: string) => boolean])[] = [
  [
    'sdp',
    (line) => /\bv=0(\\|$)|\ba=(candidate|fingerprint|ice-|mid|setup|rtpmap|group|msid|sctp)/.test(line),
  ],
  ['candidate', (line) => /candidate:\S+ \d|\btyp (host|srflx|prflx|relay)\b/.test(line)],
  ['token', (line) => /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/.test(line)],
  ['address', (line) => (line.match(/[0-9A-Fa-f.:]{3,}/g) ?? []).some((word) => isIP(word) > 0)],
];
