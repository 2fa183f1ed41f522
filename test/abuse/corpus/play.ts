import { expect } from 'vitest';

import { TOKEN, type AbusedNode, type Library } from '../support/abused-node.ts';
import { freshMark, MARK, marked } from '../support/mark.ts';
import { Stranger, type Patience } from '../support/stranger.ts';
import type { Outcome, RequestRow } from './request-row.ts';
import type { Fate, FrameRow } from './row.ts';

const WITH_TOKEN = { headers: [`Authorization: Bearer ${TOKEN}`] } as const;

/** Does what a frame row says, and looks whether what must come of it does; then whether the node and an honest pair are unharmed. */
export async function expectFrames(
  node: AbusedNode,
  row: FrameRow,
  library: Library,
  patience: Patience = {},
): Promise<void> {
  const { answers = [], relayed } = row;
  const fate = fateOf(row, library);
  const scene = await Scene.set(node.port, row, patience);
  try {
    await scene.send(row);
    if (fate === 'lives') await scene.settled(answers.length, row);
    else await scene.stranger.over();

    expect(scene.heard()).toEqual(answers.map(expected));
    expect(scene.fate()).toEqual(fate);
    if (relayed !== undefined) expect(await scene.relayed()).toBe(`${relayed}}`);
    expectNoEcho(scene);
    node.secrets.add('mark', scene.mark);
  } finally {
    scene.leave();
  }
  await node.expectUnharmed();
}

function fateOf({ end = 'lives' }: FrameRow, library: Library): Fate {
  return typeof end === 'object' && 'uws' in end ? end[library] : end;
}

/** Does what a request row says, and looks whether what must come of it does; then whether the node and an honest pair are unharmed. */
export async function expectRequest(
  node: AbusedNode,
  row: RequestRow,
  library: Library,
  patience: Patience = {},
): Promise<void> {
  const mark = freshMark();
  const outcomes = outcomesOf(row, library);
  const stranger = await Stranger.dial(node.port, patience);
  try {
    for (const piece of [row.send].flat()) await stranger.writeInPieces(marked(piece, mark), row.inPiecesOf);
    if (row.leaving === 'finish') stranger.finish();
    if (row.leaving === 'reset') stranger.reset();

    if (row.leaving !== 'reset')
      expect(outcomes, `instead: ${stranger.describe()}`).toContainEqual(await storyOf(stranger, outcomes));
    for (const { raw } of stranger.answers) expect(raw, 'what comes back').not.toContain(mark);
    node.secrets.add('mark', mark);
  } finally {
    stranger.reset();
  }
  await node.expectUnharmed();
}

function outcomesOf({ outcome }: RequestRow, library: Library): readonly Outcome[] {
  const ours = 'uws' in outcome ? outcome[library] : outcome;
  return (typeof ours[0] === 'string' ? [ours] : ours) as readonly Outcome[];
}

/** What came, in the words of {@link Outcome}; if it should live on, then whether it does. */
async function storyOf(stranger: Stranger, outcomes: readonly Outcome[]): Promise<Outcome> {
  const isOneOf = (story: Outcome) => outcomes.some((outcome) => outcome.join() === story.join());
  await stranger.until('more of it', () => isOneOf(told(stranger)) || stranger.end !== undefined);
  const story = told(stranger);
  if (stranger.end !== undefined) {
    await stranger.over();
  } else if (story.includes('welcome')) {
    await stranger.probe();
  } else {
    stranger.write('DELETE /v1/health HTTP/1.1\r\nHost: parley.test\r\n\r\n');
    await stranger.until('a further answer', () =>
      told(stranger).slice(story.length).includes(FURTHER_ANSWER),
    );
    return told(stranger).slice(0, -1);
  }
  return told(stranger);
}

function told({ answers, messages, end }: Stranger): string[] {
  const spoken = answers
    .filter(({ status }) => status !== 101)
    .map(({ status, body }) => `${status} ${codeIn(body)}`.trim());
  const ended = end === undefined ? [] : [end === 'cut' ? 'end' : `close ${end.close} ${end.reason}`.trim()];
  return [...spoken, ...messages.map(({ type }) => type), ...ended];
}

const codeIn = (body: string) =>
  body.startsWith('{') ? ((JSON.parse(body) as { code?: string }).code ?? '') : '';

/** What no row is answered with after something else. */
const FURTHER_ANSWER = '405 method-not-allowed';

/** Of what was sent nothing comes back in the text of an error. */
function expectNoEcho({ stranger, mark }: Scene): void {
  for (const message of stranger.messages)
    if (message.type === 'error') expect(message.message).not.toContain(mark);
}

/** Errors word for word, and of other messages what is named. */
const expected = (answer: object): unknown =>
  'message' in answer ? answer : (expect.objectContaining(answer) as unknown);

const isAddressed = (sent: string | Uint8Array) =>
  typeof sent === 'string' && /<(room|self|witness)>/.test(sent);

/** A stranger, and where a row needs somebody to talk to, a witness in one room with it. */
class Scene {
  readonly stranger: Stranger;
  readonly mark = freshMark();
  readonly #witness: Stranger | undefined;

  private constructor(stranger: Stranger, witness?: Stranger) {
    this.stranger = stranger;
    this.#witness = witness;
  }

  static async set(port: number, { send }: FrameRow, patience: Patience): Promise<Scene> {
    const stranger = await Stranger.enter(port, { ...WITH_TOKEN, ...patience });
    if (![send].flat().some(isAddressed)) return new Scene(stranger);
    const witness = await Stranger.enter(port, WITH_TOKEN);
    const scene = new Scene(stranger, witness);
    for (const peer of [stranger, witness]) {
      peer.say({ type: 'join', room: scene.#room });
      await peer.until('joined', () => peer.messages.length > 0);
    }
    await stranger.until('peer-joined', () => stranger.messages.length > 1);
    for (const peer of [stranger, witness]) peer.messages.length = peer.texts.length = 0;
    return scene;
  }

  get #room(): string {
    return `room-${this.mark}`;
  }

  get #names(): readonly (readonly [place: string, name: string])[] {
    return [
      [MARK, this.mark],
      ['<room>', this.#room],
      ['<self>', this.stranger.peer],
      ['<witness>', this.#witness?.peer ?? '<witness>'],
    ];
  }

  /** What became of the session. */
  fate(): Fate {
    const { end = 'lives' } = this.stranger;
    return typeof end === 'object' ? { ...end, reason: this.#unfilled(end.reason) } : end;
  }

  /** With the names of this scene in their places. */
  #fill(text: string): string {
    return this.#names.reduce((filled, [place, name]) => filled.replaceAll(place, name), text);
  }

  async send({ send, answers = [], unfinished }: FrameRow): Promise<void> {
    const { stranger } = this;
    const pieces = [send].flat();
    const isInTurn = pieces.length === answers.length;
    for (const [index, piece] of pieces.entries()) {
      if (typeof piece === 'string') stranger.say(this.#fill(piece));
      else stranger.write(marked(piece, this.mark));
      if (isInTurn) await stranger.until('answer', () => stranger.messages.length > index);
    }
    if (unfinished === 'frame') stranger.finish();
  }

  /** Waits until what was sent has been read, and so many answers have come. */
  async settled(answers: number, { unfinished }: FrameRow): Promise<void> {
    const { stranger } = this;
    const isThere = (count: number) => stranger.messages.length >= count || stranger.end !== undefined;
    await stranger.probe();
    await stranger.until(`${answers} answers`, () => isThere(answers));
    if (unfinished) return;
    stranger.say(AFTERWARDS);
    await stranger.until('pong', () => isThere(answers + 1));
  }

  /** The stranger's messages, with places instead of names; without the last, which shows that it lives. */
  heard(): unknown[] {
    return this.stranger.messages
      .map((message) => JSON.parse(this.#unfilled(JSON.stringify(message))) as object)
      .filter((message) => !('re' in message && message.re === AFTERWARDS.id));
  }

  /** The text that the witness got, from `"from"` and `"fromInstance"` on. */
  async relayed(): Promise<string> {
    const witness = this.#witness!;
    await witness.until('signal', () => witness.texts.length > 0);
    return this.#unfilled(witness.texts.join('\n')).replace(
      /^\{"type":"signal","room":"<room>","from":"<self>","fromInstance":"[^"]+",/,
      '',
    );
  }

  leave(): void {
    this.stranger.reset();
    this.#witness?.reset();
  }

  #unfilled(text: string): string {
    return this.#names.reduceRight((unfilled, [place, name]) => unfilled.replaceAll(name, place), text);
  }
}

const AFTERWARDS = { type: 'ping', id: 'afterwards' };
