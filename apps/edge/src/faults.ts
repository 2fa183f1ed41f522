import { isTlsError } from '@parley/core';
import type { Config } from './config.ts';
import type { VariableName } from './variables.ts';

/** What goes wrong when it is tried, as a clause to stand after a colon; `undefined`: nothing. */
export function faultOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    // A sentence loses its capital and its stop; "RS256" at its beginning is no capital of a sentence.
    return messageOf(error)
      .replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase())
      .replace(/\.$/, '');
  }
}

/** Does what a setting asks for. Rejects with one sentence that begins with the setting's name. */
export async function blaming<T>(name: VariableName, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new Error(`${name}: ${messageOf(cause)}`, { cause });
  }
}

/** Listens where `…HOST` and `…PORT` say. Rejects with one sentence that begins with the name of the one to change. */
export async function listenAt<T>(
  prefix: 'PARLEY_' | 'PARLEY_OPS_',
  config: Config,
  listen: (place: Place) => Promise<T>,
): Promise<T> {
  const place = { host: config[`${prefix}HOST`], port: config[`${prefix}PORT`] };
  try {
    return await listen(place);
  } catch (cause) {
    if (isTlsError(cause)) throw new Error(`PARLEY_TLS_CERT_FILE: ${messageOf(cause)}`, { cause });
    throw new Error(`${prefix}${placeFault(cause as NodeJS.ErrnoException, place)}`, { cause });
  }
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function placeFault({ code, syscall, message }: NodeJS.ErrnoException, { host, port }: Place): string {
  if (syscall === 'getaddrinfo') return `HOST: ${host} is a name without an address (${code})`;
  switch (code) {
    case 'EADDRNOTAVAIL':
      return `HOST: ${host} is no address of this machine`;
    case 'EADDRINUSE':
      return `PORT: port ${port} of ${host} is taken`;
    case 'EACCES':
      return `PORT: port ${port} of ${host} is not for this user`;
    default:
      return `PORT: ${message}`;
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
