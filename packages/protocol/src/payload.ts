import type { Signal } from './incoming/signal.ts';
import type { JsonObject } from './json.ts';
import type { Member } from './scan.ts';

/** A frame that holds one JSON object: as it came, where its members stand, and what JSON.parse made of it. */
export interface Frame {
  readonly text: string;
  readonly members: readonly Member[];
  readonly value: JsonObject;
}

/** The members of a signal that reach the other peer. */
const RELAYED: ReadonlySet<string> = new Set(['description', 'candidate', 'custom', 'seq', 'ack']);

/**
 * What is relayed of a signal: its members as JSON text without the braces, cut from the frame it came in, because
 * to stringify a description again takes longer than to parse it. Only where the schema has dropped something is
 * that one member written anew. `undefined` if a description or candidate names a member twice.
 */
export function payloadOf(signal: Signal, frame: Frame): string | undefined {
  let payload = '';
  for (const member of frame.members) {
    const name = unescaped(member.name);
    if (!RELAYED.has(name)) continue;
    const value = relayedText(name, member, signal, frame);
    if (value === undefined) return undefined;
    payload += `${payload === '' ? '' : ','}"${name}":${value}`;
  }
  return payload;
}

function relayedText(name: string, member: Member, signal: Signal, frame: Frame): string | undefined {
  const validated = name === 'description' || name === 'candidate' ? signal[name] : undefined;
  if (validated) {
    const sent = frame.value[name] as JsonObject;
    // The receiver's parser may let the first of two win where ours let the last: it would see what nobody checked.
    if (Object.keys(sent).length !== member.size) return undefined;
    if (Object.keys(validated).length !== member.size) return JSON.stringify(validated);
  }
  return frame.text.slice(member.start, member.end);
}

function unescaped(name: string): string {
  return name.includes('\\') ? (JSON.parse(`"${name}"`) as string) : name;
}
