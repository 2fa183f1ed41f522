import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A file under `infra/` as it ships, in which a test replaces what it must (addresses, intervals) and nothing else: what
 * the tests run is what operators run.
 */
export class Shipped {
  readonly #path: string;
  #text: string;

  /** @param path from the root of the repository */
  constructor(path: string) {
    this.#path = path;
    this.#text = readFileSync(shippedPath(path), 'utf8');
  }

  /**
   * Replaces the one place that matches.
   *
   * @throws Error when there is none or more than one: then the file has changed and its test would test something else
   */
  replace(place: RegExp, by: string): this {
    const places = this.#text.match(new RegExp(place, `${place.flags}g`)) ?? [];
    if (places.length !== 1)
      throw new Error(`${this.#path} has ${places.length} places like ${place}, not one`);
    this.#text = this.#text.replace(place, () => by);
    return this;
  }

  get text(): string {
    return this.#text;
  }
}

/** The absolute path of a file of the repository. */
export function shippedPath(path: string): string {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
