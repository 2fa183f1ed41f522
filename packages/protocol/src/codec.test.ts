import { describe, expect, it } from 'vitest';

import { decode, encode, encodeSignal } from './codec.ts';
import type { InstanceId, PeerId, RoomId } from './ids.ts';

const sdp = 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';
const offer = { type: 'offer', sdp };
const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host', sdpMid: '0', sdpMLineIndex: 0 };
const to = { type: 'signal', room: 'r', to: 'p' };
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('decode accepts', () => {
  it.each([
    { type: 'join' },
    { type: 'join', id: 1, room: 'lobby', create: false, capacity: 64, meta: { name: 'Ada' } },
    { type: 'join', capacity: 2, meta: null },
    { type: 'leave', id: 'x'.repeat(64), room: 'K7QM-2XRA' },
    { type: 'update', room: 'r', meta: 'x'.repeat(1022) },
    { type: 'match', queue: 'chess', size: 16, timeoutMs: 30_000, meta: [1, 2] },
    { type: 'unmatch', id: Number.MAX_SAFE_INTEGER, queue: 'chess', size: 2 },
    { type: 'refresh', token: 'abcdefghijklmnop' },
    { type: 'ice', id: 0 },
    { type: 'ping', id: -1 },
    { type: 'bye', id: '' },
  ])('%j', (message) => {
    expect(decode(JSON.stringify(message))).toEqual({ ok: true, message, payload: '' });
  });

  it.each([
    { ...to, description: offer, seq: 0 },
    { ...to, description: { ...offer, type: 'answer' }, toInstance: 'i' },
    { ...to, description: { ...offer, type: 'pranswer' } },
    { ...to, candidate },
    { ...to, candidate: { candidate: '', sdpMid: null, sdpMLineIndex: null, usernameFragment: null } },
    { ...to, candidate: null },
    { ...to, custom: null },
    { ...to, custom: { anything: ['goes'] }, seq: 1, ack: 2 },
    { ...to, ack: 3 },
    { id: 1, ...to, candidate },
    { ...to, custom: 1, id: 'x' },
  ])('%j: to whom it goes as the message, what it carries as the payload', (message) => {
    const { type, id, room, to: peer, toInstance, ...carried }: Record<string, unknown> = message;

    expect(decode(JSON.stringify(message))).toEqual({
      ok: true,
      message: { type, id, room, to: peer, toInstance },
      payload: JSON.stringify(carried).slice(1, -1),
    });
  });
});

describe('decode refuses, and names the path', () => {
  it.each([
    ['type', {}],
    ['type', { type: 1 }],
    ['type', { type: null }],
    ['*', { type: 'ping', more: 1 }],
    ['id', { type: 'ping', id: 'x'.repeat(65) }],
    ['id', { type: 'ping', id: 1.5 }],
    ['id', { type: 'ping', id: 2 ** 53 }],
    ['id', { type: 'ping', id: null }],
    ['room', { type: 'join', room: 'a b' }],
    ['room', { type: 'join', room: '' }],
    ['room', { type: 'leave' }],
    ['create', { type: 'join', create: false }],
    ['capacity', { type: 'join', capacity: 1 }],
    ['capacity', { type: 'join', capacity: 65 }],
    ['meta', { type: 'join', meta: 'x'.repeat(1023) }],
    ['meta', { type: 'join', meta: 'é'.repeat(512) }],
    ['meta', { type: 'update', room: 'r' }],
    ['size', { type: 'match', queue: 'q', size: 17 }],
    ['timeoutMs', { type: 'match', queue: 'q', timeoutMs: 0 }],
    ['token', { type: 'refresh', token: 'short' }],
    ['', to],
    ['', { ...to, seq: 1 }],
    ['', { ...to, description: offer, candidate: null }],
    ['', { ...to, candidate: null, custom: null, ack: 1 }],
    ['seq', { ...to, ack: 1, seq: -1 }],
    ['ack', { ...to, ack: 0.5 }],
    ['to', { type: 'signal', room: 'r', custom: 1 }],
    ['to', { ...to, to: '{', custom: 1 }],
    ['*', { ...to, from: 'me', custom: 1 }],
    ['description', { ...to, description: null }],
    ['description', { ...to, description: [] }],
    ['description.type', { ...to, description: { type: 'rollback', sdp } }],
    ['description.sdp', { ...to, description: { type: 'offer' } }],
    ['description.sdp', { ...to, description: { type: 'offer', sdp: 'hello' } }],
    ['candidate', { ...to, candidate: 'candidate:1' }],
    ['candidate.candidate', { ...to, candidate: {} }],
    ['candidate.candidate', { ...to, candidate: { candidate: 'hello' } }],
    ['candidate.sdpMid', { ...to, candidate: { ...candidate, sdpMid: 0 } }],
    ['candidate.sdpMLineIndex', { ...to, candidate: { ...candidate, sdpMLineIndex: 65536 } }],
    ['candidate.usernameFragment', { ...to, candidate: { ...candidate, usernameFragment: 'a\n' } }],
  ])('%j: %j', (path, message) => {
    expect(decode(JSON.stringify(message))).toMatchObject({ ok: false, code: 'bad-message', path });
  });
});

const hostile: Record<string, string[]> = {
  'texts that are no JSON': [
    '',
    ' ',
    '{',
    '}',
    '{"',
    '{"type',
    '{"type":"ping",}',
    '{type:"ping"}',
    "{'type':1}",
  ],
  'JSON that is no object': ['null', 'true', '123', '"x"', '[]', '{}', '[{"type":"ping"}]'],
  'more than one message': ['{"type":"ping"}}', '{"type":"ping"} {}', '{"type":"ping"}\n{"type":"ping"}'],
  'numbers beyond measure': ['1e999', '-1e999', '9'.repeat(400)].map((id) => `{"type":"ping","id":${id}}`),
  'torn characters': [
    '\u0000',
    '\ud800',
    '{"type":"\ud800"',
    '{"type":"ping","id":"\ud800',
    '\ufeff{"type":"ping"}',
  ],
  'names of Object.prototype': ['{"__proto__":{"type":"ping"}}', '{"type":"ping","__proto__":null}'],
  'members named twice': ['{"type":"bye","typ\\u0065":"ping"}', '{"type":"ping","id":1,"id":1}'],
  'a million brackets': [nested(1_000_000), '['.repeat(1_000_000), '{"a":'.repeat(1_000_000)],
  'a million brackets in a member': [`{"type":"ping","id":${nested(1_000_000)}}`],
  'one bracket too many': [
    `{"type":"signal","room":"r","to":"p","custom":${nested(32)}}`,
    `{"type":"update","room":"r","meta":${nested(32)}}`,
  ],
};

describe('decode survives', () => {
  it.each(Object.entries(hostile))('%s', (_, texts) => {
    for (const text of texts) expect(decode(text)).toMatchObject({ ok: false, code: 'bad-message' });
  });

  it.each(['__proto__', 'constructor', 'toString', 'welcome', '', 'PING', '\ud800'])(
    'the type %j',
    (type) => {
      expect(decode(JSON.stringify({ type, id: 7 }))).toEqual({
        ok: false,
        code: 'unknown-type',
        path: 'type',
        id: 7,
      });
    },
  );

  it('members from Object.prototype, and leaves it alone', () => {
    decode('{"type":"update","room":"r","meta":{"__proto__":{"polluted":1}}}');

    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('depth as configured', () => {
    const text = '{"type":"update","room":"r","meta":[[]]}';

    expect(decode(text, { maxDepth: 3 })).toMatchObject({ ok: true });
    expect(decode(text, { maxDepth: 2 })).toMatchObject({ ok: false });
  });
});

describe('the id of a refused message', () => {
  it('is returned where it can be read', () => {
    expect(decode('{"type":"leave","id":"a"}')).toMatchObject({ ok: false, path: 'room', id: 'a' });
  });

  it.each(['{"type":"leave","id":[]}', '{"id":1', '[{"id":1}]'])('is absent otherwise: %s', (text) => {
    expect(decode(text)).not.toHaveProperty('id');
  });
});

describe('the payload', () => {
  it('is what was sent, byte by byte', () => {
    const text =
      '{"seq":5, "type":"signal","room":"r" ,"custom" : {"b":1.50,"a":"\\u0041\\/"} ,"to":"p","id":9,"ack":1e2}';

    expect(decode(text)).toMatchObject({
      ok: true,
      payload: '"seq":5,"custom": {"b":1.50,"a":"\\u0041\\/"} ,"ack":1e2',
    });
  });

  it('of other messages is empty', () => {
    expect(decode('{"type":"ping"}')).toEqual({ ok: true, message: { type: 'ping' }, payload: '' });
  });

  it('drops members of a description that nobody here knows', () => {
    const text = JSON.stringify({
      ...to,
      description: { ...offer, toJSON: { deep: 1 }, __proto: 1 },
      seq: 1,
    });

    expect(decode(text)).toMatchObject({
      ok: true,
      payload: `"description":${JSON.stringify(offer)},"seq":1`,
    });
  });

  it('drops members of a candidate that nobody here knows', () => {
    const text = JSON.stringify({ ...to, candidate: { ...candidate, foundation: '1', address: null } });

    expect(decode(text)).toMatchObject({ ok: true, payload: `"candidate":${JSON.stringify(candidate)}` });
  });

  it('understands names written with escapes', () => {
    const text = '{"type":"signal","room":"r","to":"p","c\\u0075stom":1}';

    expect(decode(text)).toMatchObject({ ok: true, payload: '"custom":1' });
  });

  it.each([
    `{"type":"offer","sdp":"hello","sdp":${JSON.stringify(sdp)}}`,
    `{"type":"offer","sdp":${JSON.stringify(sdp)},"s\\u0064p":${JSON.stringify(sdp)}}`,
    `{"type":"offer","sdp":${JSON.stringify(sdp)},"more":1,"more":2}`,
  ])('is refused if it names a member twice: %s', (description) => {
    expect(decode(`{"type":"signal","room":"r","to":"p","description":${description}}`)).toMatchObject({
      ok: false,
      code: 'bad-message',
    });
  });
});

describe('encode', () => {
  it('is JSON, without members that are undefined', () => {
    expect(encode({ type: 'pong', re: undefined })).toBe('{"type":"pong"}');
  });

  it.each([0, -0, -7, 7, Number.MAX_SAFE_INTEGER, 1e21, 'a', '', '"}', '\u2028\ud800'])(
    'is JSON for the receipt of %j, too',
    (re) => {
      expect(encode({ type: 'delivered', re })).toBe(JSON.stringify({ type: 'delivered', re }));
    },
  );

  it('splices a payload into a signal of the node', () => {
    const text = encodeSignal('r' as RoomId, 'a' as PeerId, 'i' as InstanceId, '"custom":1,"seq":2');

    expect(text).toBe('{"type":"signal","room":"r","from":"a","fromInstance":"i","custom":1,"seq":2}');
  });
});
