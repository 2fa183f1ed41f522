import type { RawClient } from '../../support/client.ts';
import type { Secrets } from './secrets.ts';

/** Members of messages whose values are nobody else's business; of an object among them, all that is in it. */
const SECRET_MEMBERS: Readonly<Record<string, string>> = {
  token: 'token',
  resume: 'token',
  room: 'room',
  queue: 'room',
  peer: 'id',
  user: 'id',
  session: 'id',
  instance: 'id',
  to: 'id',
  from: 'id',
  fromInstance: 'id',
  toInstance: 'id',
  meta: 'meta',
  custom: 'custom',
  sdp: 'sdp',
  candidate: 'candidate',
  usernameFragment: 'candidate',
  username: 'id',
  credential: 'token',
};

/** Adds what this client says and hears from now on. What it has received is read at the end: see the answer. */
export function overhear(client: RawClient, secrets: Secrets): { finish(): void } {
  const { socket } = client;
  const send = socket.send.bind(socket) as (data: unknown, ...more: unknown[]) => void;
  Object.assign(socket, {
    send(data: unknown, ...more: unknown[]) {
      if (typeof data === 'string') addText(data, secrets);
      send(data, ...more);
    },
  });
  const finish = () => client.received.forEach((message) => addMembers(message, secrets));
  return { finish };
}

/** Hostile text may be no JSON; then there is nothing in it that has a name. */
function addText(text: string, secrets: Secrets): void {
  try {
    addMembers(JSON.parse(text), secrets);
  } catch {
    secrets.add('nonsense', text);
  }
}

function addMembers(value: unknown, secrets: Secrets): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    const kind = SECRET_MEMBERS[name];
    if (kind === undefined || typeof member === 'object') addMembers(member, secrets);
    if (kind !== undefined) addLeaves(kind, member, secrets);
  }
}

function addLeaves(kind: string, value: unknown, secrets: Secrets): void {
  if (typeof value === 'string') secrets.add(kind, value);
  else if (typeof value === 'object' && value !== null)
    for (const member of Object.values(value)) addLeaves(kind, member, secrets);
}
