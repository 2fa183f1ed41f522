/** WebSocket frames by hand (RFC 6455, section 5.2), so that they can be wrong in every way that there is. */

export const OPCODE = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** What of a frame may be unusual, or forbidden. */
export interface FrameForm {
  /** Default true: the last, or only, fragment of a message. */
  readonly fin?: boolean;
  /** RSV1 to RSV3, as the three bits below FIN: 0x40, 0x20, 0x10. */
  readonly reserved?: number;
  /** Four bytes; `false`: not masked, which a client must not do. */
  readonly mask?: readonly number[] | false;
  /** How the length is written; default: the shortest way, which is the only one allowed. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** The length that is written, if not the true one. */
  readonly claims?: number | bigint;
}

/** A mask that changes nothing: what is sent stands in the bytes as it is. */
export const NO_CHANGE = [0, 0, 0, 0] as const;
const MASK = [0x12, 0x34, 0x56, 0x78] as const;

/** A frame as a client writes it, unless `form` says otherwise. */
export function frame(opcode: number, payload: Uint8Array | string = '', form: FrameForm = {}): Buffer {
  const { fin = true, reserved = 0, mask = MASK } = form;
  const body = Buffer.from(payload);
  const first = Buffer.from([(fin ? 0x80 : 0) | reserved | opcode]);
  const length = lengthField(BigInt(form.claims ?? body.length), form.lengthBytes, mask !== false);
  if (mask === false) return Buffer.concat([first, length, body]);
  const masked = body.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([first, length, Buffer.from(mask), masked]);
}

/** A text frame. */
export const text = (payload: Uint8Array | string, form?: FrameForm) => frame(OPCODE.text, payload, form);

/** A close frame (section 5.5.1). */
export function close(code: number, reason: Uint8Array | string = '', form?: FrameForm): Buffer {
  return frame(
    OPCODE.close,
    Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]),
    form,
  );
}

function lengthField(length: bigint, bytes = shortest(length), isMasked: boolean): Buffer {
  const bit = isMasked ? 0x80 : 0;
  if (bytes === 0) return Buffer.from([bit | Number(length)]);
  const field = Buffer.alloc(1 + bytes);
  field[0] = bit | (bytes === 2 ? 126 : 127);
  if (bytes === 2) field.writeUInt16BE(Number(length), 1);
  else field.writeBigUInt64BE(length, 1);
  return field;
}

function shortest(length: bigint): 0 | 2 | 8 {
  if (length < 126n) return 0;
  return length < 65_536n ? 2 : 8;
}

/** A frame of a server: never masked. */
export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Takes the first whole frame of a server off `bytes`. */
export function takeFrame(bytes: Buffer): { readonly frame: ServerFrame; readonly rest: Buffer } | undefined {
  const [first = 0, second = 0] = bytes;
  const headBytes = second < 126 ? 2 : second === 126 ? 4 : 10;
  if (bytes.length < headBytes) return undefined;
  const length =
    second < 126 ? second : second === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const end = headBytes + length;
  if (bytes.length < end) return undefined;
  return {
    frame: { opcode: first & 0xf, payload: bytes.subarray(headBytes, end) },
    rest: bytes.subarray(end),
  };
}
