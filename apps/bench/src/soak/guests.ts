import type { Chance } from '@parley/test/faults/support/chance.ts';
import { RawClient } from '@parley/test/support/client.ts';
import { tokenFor } from '@parley/test/support/tokens.ts';

/** A user with a JWT, and its session. */
export interface Guest {
  readonly token: string;
  readonly client: RawClient;
}

/** Who comes and goes: everybody is a new user from an address that nobody had before, at some node. */
export class Guests {
  readonly #urls: readonly string[];
  readonly #chance: Chance;
  #names = 0;
  #sockets = 0;

  constructor(urls: readonly string[], chance: Chance) {
    this.#urls = urls;
    this.#chance = chance;
  }

  /** Sessions so far; whoever came back counts again. */
  get sockets(): number {
    return this.#sockets;
  }

  /** A name that nobody used before. */
  name(what: string): string {
    return `${what}-${(++this.#names).toString(36)}`;
  }

  arrive(): Promise<Guest> {
    return this.#connect(tokenFor(this.name('user')));
  }

  /** The same peer on a new socket, at this node or another. */
  comeBack({ token, client }: Guest): Promise<Guest> {
    return this.#connect(token, client.welcome.resume);
  }

  async #connect(token: string, resume?: string): Promise<Guest> {
    const url = this.#chance.oneOf(this.#urls) ?? '';
    const subprotocols = ['parley.v1', ...(resume === undefined ? [] : [`parley.resume.${resume}`])];
    const headers = { 'x-forwarded-for': addressOf(++this.#sockets) };
    return { token, client: await RawClient.connect(url, { token, subprotocols, headers }) };
  }
}

/** One of the 131,072 addresses for benchmarks, RFC 2544. */
function addressOf(number: number): string {
  return `198.${18 + ((number >> 16) & 1)}.${(number >> 8) & 255}.${number & 255}`;
}
