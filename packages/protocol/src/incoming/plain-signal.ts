import { isCandidate } from '../candidate.ts';
import { SHORT_TEXT_PATTERN } from '../fields.ts';
import { isId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { isSdp } from '../sdp.ts';
import type { Signal } from './signal.ts';

/**
 * Whether `value` is a signal as clients send them all day: the short way past the schema, which takes longer than
 * JSON.parse here. True only for what the schema accepts and returns unchanged; false means nothing but "ask the
 * schema", which then also knows what is wrong. A property test holds the two together.
 */
export function isPlainSignal(value: JsonObject): value is JsonObject & Signal {
  let payloads = 0;
  for (const name in value) {
    const member = value[name];
    switch (name) {
      case 'type':
        if (member !== 'signal') return false;
        break;
      case 'id':
        if (!isMessageId(member)) return false;
        break;
      case 'room':
      case 'to':
      case 'toInstance':
        if (typeof member !== 'string' || !isId(member)) return false;
        break;
      case 'seq':
      case 'ack':
        if (!isUpTo(Number.MAX_SAFE_INTEGER, member)) return false;
        break;
      case 'description':
        if (!isPlainDescription(member)) return false;
        payloads++;
        break;
      case 'candidate':
        if (member !== null && !isPlainCandidate(member)) return false;
        payloads++;
        break;
      case 'custom':
        payloads++;
        break;
      default:
        return false;
    }
  }
  const addressed = value['type'] !== undefined && value['room'] !== undefined && value['to'] !== undefined;
  return addressed && (payloads === 1 || (payloads === 0 && value['ack'] !== undefined));
}

function isPlainDescription(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { type, sdp } = value as JsonObject;
  if (type !== 'offer' && type !== 'answer' && type !== 'pranswer') return false;
  return typeof sdp === 'string' && isSdp(sdp) && Object.keys(value).length === 2;
}

function isPlainCandidate(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const name in value) {
    const member = (value as JsonObject)[name];
    switch (name) {
      case 'candidate':
        if (typeof member !== 'string' || !isCandidate(member)) return false;
        break;
      case 'sdpMid':
      case 'usernameFragment':
        if (member !== null && (typeof member !== 'string' || !SHORT_TEXT_PATTERN.test(member))) return false;
        break;
      case 'sdpMLineIndex':
        if (member !== null && !isUpTo(65535, member)) return false;
        break;
      default:
        return false;
    }
  }
  return 'candidate' in value;
}

function isMessageId(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= 64 : Number.isSafeInteger(value);
}

function isUpTo(max: number, value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
