/**
 * A program that ends a connection at the moment that it is told on its command line, and then does nothing more: whatever the
 * connection left behind keeps it from ending.
 */
import { until } from '../../support/until.ts';
import { Ear, openLine } from './line.ts';
import { ScriptedNode } from './scripted-node.ts';

const moments: Record<string, () => Promise<void>> = {
  async open() {
    const { node, line } = await connected();
    line.close();
    await node.stop();
  },
  async twice() {
    const { node, line } = await connected();
    line.close();
    line.close();
    await node.stop();
  },
  async 'while a request waits'() {
    const { node, line } = await connected();
    const asking = line.request({ type: 'ping' }).catch((error: Error) => error.message);
    line.close();
    await asking;
    await node.stop();
  },
  async 'while a signal waits'() {
    const { node, line } = await connected();
    const receipt = line.signal({ type: 'signal', room: 'r' as never, to: 'p' as never, custom: 1 });
    line.close();
    await receipt;
    await node.stop();
  },
  async away() {
    const { node, line } = await connected();
    node.visits[0]?.close(4000, 'drained retry=60000');
    await until('it to be away', () => line.state === 'away');
    line.close();
    await node.stop();
  },
  async 'while it comes back'() {
    const { node, line } = await connected();
    node.visits[0]?.close(1011);
    await node.visit(1);
    line.close();
    await node.stop();
  },
  async 'while it moves'() {
    const { node, line } = await connected();
    node.visits[0]?.say({ type: 'going-away', reconnectAfterMs: 0 });
    await node.visit(1);
    line.close();
    await node.stop();
  },
  async 'by its welcome'() {
    const { node, line, ear } = await connected((index) => index < 2);
    ear.onWelcome = () => line.close();
    node.visits[0]?.close(1011);
    await until('the end', () => line.state === 'closed');
    await node.stop();
  },
  async 'before it is there'() {
    const node = await ScriptedNode.start(() => {});
    const giveUp = new AbortController();
    const connecting = openLine(node.url, { signal: giveUp.signal }).catch(() => {});
    await node.visit(0);
    giveUp.abort();
    await connecting;
    await node.stop();
  },
  async 'while a token is waited for'() {
    const giveUp = new AbortController();
    const getToken = () => new Promise<string>(() => {});
    const connecting = openLine('ws://127.0.0.1:1', { getToken, signal: giveUp.signal }).catch(() => {});
    giveUp.abort();
    await connecting;
  },
  async 'while a token is on its way'() {
    const giveUp = new AbortController();
    let give: (token: string) => void = () => {};
    const getToken = () => new Promise<string>((resolve) => (give = resolve));
    const connecting = openLine('ws://127.0.0.1:1', { getToken, signal: giveUp.signal }).catch(() => {});
    giveUp.abort();
    await connecting;
    give('too-late');
  },
  async 'in a pause'() {
    const giveUp = new AbortController();
    const ear = new Ear();
    const { signal } = giveUp;
    const connecting = openLine('ws://127.0.0.1:1', { signal }, ear).catch(() => {});
    await until('a failure', () => ear.changes.length > 0);
    giveUp.abort();
    await connecting;
  },
  async 'by a time-out'() {
    await openLine('ws://127.0.0.1:1', { timeoutMs: 200 }).catch(() => {});
  },
  async 'by a refusal'() {
    const node = await ScriptedNode.start((visit) => visit.close(4202, 'banned'));
    await openLine(node.url).catch(() => {});
    await node.stop();
  },
  /** The other way: it must not end. */
  async never() {
    const { node } = await connected();
    node.visits[0]?.close(4000, 'drained retry=60000');
    await until('the close', () => node.visits[0]?.closed);
    await node.stop();
  },
};

async function connected(isWelcome: (index: number) => boolean = (index) => index === 0) {
  const node = await ScriptedNode.start((visit, index) => isWelcome(index) && visit.welcome());
  return { node, ...(await openLine(node.url)) };
}

void moments[process.argv[2] ?? '']?.().then(() => console.log('done'));
