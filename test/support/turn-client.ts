import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** A username and a password for a TURN server. */
export interface TurnCredential {
  readonly username: string;
  readonly credential: string;
}

/** What a server answered: it did it, or the number of its error. 400 and above as in RFC 8656, section 19. */
export type TurnAnswer = 'ok' | number;

/** As much of TURN (RFC 8656) as it takes to ask a server on loopback for a relay, and for leave to send from it to somebody. */
export class TurnClient {
  readonly #socket: Socket;
  readonly #credential: TurnCredential;
  /** What the server wants to be told again; learnt from its first refusal. */
  #challenge: Attributes = new Map();

  private constructor(socket: Socket, credential: TurnCredential) {
    this.#socket = socket;
    this.#credential = credential;
  }

  /** Reaches the server by UDP, and says nothing yet. */
  static async open(port: number, credential: TurnCredential): Promise<TurnClient> {
    return new TurnClient(await connected(port), credential);
  }

  /** Asks for a relay with an address of this family. One client has one of each, at most. */
  allocate(family: 4 | 6 = 4): Promise<TurnAnswer> {
    const transport = Buffer.of(UDP, 0, 0, 0);
    const wanted: Attributes = new Map([[REQUESTED_TRANSPORT, transport]]);
    if (family === 6) wanted.set(REQUESTED_FAMILY, Buffer.of(FAMILY_6, 0, 0, 0));
    return this.#request(ALLOCATE, wanted);
  }

  /** Asks for leave to send to this address. Of IPv6 it is written in groups alone, as `::ffff:7f00:1`. */
  permit(address: string): Promise<TurnAnswer> {
    return this.#request(CREATE_PERMISSION, new Map(), address);
  }

  close(): void {
    this.#socket.close();
  }

  async #request(method: number, attributes: Attributes, peer?: string): Promise<TurnAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      const signed = [...attributes, ...this.#challenge];
      const answer = await exchange(this.#socket, this.#message(method, new Map(signed), peer), PATIENCE_MS);
      if (!answer) throw new Error(`the TURN server does not answer ${method}`);
      const code = errorIn(answer);
      const mayHelp = attempt === 1 && (code === UNAUTHORIZED || code === STALE_NONCE);
      if (code === undefined) return 'ok';
      if (!mayHelp) return code;
      const told = attributesOf(answer);
      for (const name of [REALM, NONCE]) this.#challenge.set(name, told.get(name) ?? Buffer.alloc(0));
    }
  }

  #message(method: number, attributes: Attributes, peer?: string): Buffer {
    const id = randomBytes(12);
    if (peer !== undefined) attributes.set(XOR_PEER_ADDRESS, obscured(bytesOf(peer), id));
    const realm = this.#challenge.get(REALM);
    if (!realm) return messageOf(method, id, attributes);
    const { username, credential } = this.#credential;
    attributes.set(USERNAME, Buffer.from(username));
    const key = createHash('md5').update(`${username}:${realm.toString()}:${credential}`).digest();
    // The sum is over all that stands before it, with a length that counts it already.
    const unsigned = messageOf(method, id, attributes, INTEGRITY_BYTES);
    return Buffer.concat([
      unsigned,
      attributeOf(MESSAGE_INTEGRITY, createHmac('sha1', key).update(unsigned).digest()),
    ]);
  }
}

/** Whether a STUN server on loopback answers what everybody may ask: which address one has. */
export async function answersStun(port: number): Promise<boolean> {
  const socket = await connected(port);
  const answer = await exchange(socket, messageOf(BINDING, randomBytes(12), new Map()), 500);
  socket.close();
  return answer !== undefined && errorIn(answer) === undefined;
}

/** The 4 or 16 bytes of an address; of IPv6 in the form of groups, `::` once at most. */
function bytesOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

type Attributes = Map<number, Buffer>;

const PATIENCE_MS = 5_000;
const RETRANSMISSION_MS = 500;

// RFC 8489 and 8656: methods, attributes, errors.
const [BINDING, ALLOCATE, CREATE_PERMISSION] = [0x001, 0x003, 0x008];
const [USERNAME, MESSAGE_INTEGRITY, ERROR_CODE, REALM, NONCE] = [0x0006, 0x0008, 0x0009, 0x0014, 0x0015];
const [XOR_PEER_ADDRESS, REQUESTED_FAMILY, REQUESTED_TRANSPORT] = [0x0012, 0x0017, 0x0019];
const [UNAUTHORIZED, STALE_NONCE] = [401, 438];
const [FAMILY_4, FAMILY_6, UDP] = [1, 2, 17];
const MAGIC = Buffer.of(0x21, 0x12, 0xa4, 0x42);
const HEADER_BYTES = 20;
const INTEGRITY_BYTES = 24;

async function connected(port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.on('error', () => {}); // nobody listens there: then nothing answers, and that is seen
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Sends it, again and again, until what answers it has come or the time is over. */
async function exchange(socket: Socket, message: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const send = () => socket.send(message, () => {});
    const again = setInterval(send, RETRANSMISSION_MS);
    const settle = (answer?: Buffer) => {
      clearInterval(again);
      clearTimeout(late);
      socket.off('message', heard);
      resolve(answer);
    };
    const heard = (answer: Buffer) => {
      if (idOf(answer).equals(idOf(message))) settle(answer);
    };
    const late = setTimeout(settle, timeoutMs);
    socket.on('message', heard);
    send();
  });
}

const idOf = (message: Buffer) => message.subarray(8, HEADER_BYTES);

/** @param moreBytes how long the attributes are that follow these */
function messageOf(method: number, id: Buffer, attributes: Attributes, moreBytes = 0): Buffer {
  const body = Buffer.concat([...attributes].map(([type, value]) => attributeOf(type, value)));
  return Buffer.concat([numbers(method, body.length + moreBytes), MAGIC, id, body]);
}

const attributeOf = (type: number, value: Buffer) =>
  Buffer.concat([numbers(type, value.length), value, Buffer.alloc(padding(value.length))]);

const padding = (bytes: number) => (4 - (bytes % 4)) % 4;

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index);
  return bytes;
}

function attributesOf(message: Buffer): Attributes {
  const found: Attributes = new Map();
  for (let at = HEADER_BYTES; at < message.length;) {
    const length = message.readUInt16BE(at + 2);
    found.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length));
    at += 4 + length + padding(length);
  }
  return found;
}

function errorIn(answer: Buffer): number | undefined {
  const error = attributesOf(answer).get(ERROR_CODE);
  return error && error.readUInt8(2) * 100 + error.readUInt8(3);
}

/** An address in the form of XOR-PEER-ADDRESS, which rewriting NATs do not recognise. Any port: leave is given for addresses. */
function obscured(address: Buffer, id: Buffer): Buffer {
  const mask = Buffer.concat([MAGIC, id]);
  const family = address.length === 4 ? FAMILY_4 : FAMILY_6;
  return Buffer.concat([
    Buffer.of(0, family),
    mask.subarray(0, 2),
    Buffer.from(address.map((byte, index) => byte ^ (mask[index] ?? 0))),
  ]);
}
