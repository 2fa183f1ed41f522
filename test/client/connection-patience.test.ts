import { describe, expect, it } from 'vitest';

import { startServerHere } from '../support/cluster.ts';
import { until } from '../support/until.ts';
import { Ear, openLine } from './support/lines.ts';
import { ScriptedNode } from './support/scripted-node.ts';
import { Tunnel } from './support/tunnel.ts';

const room = 'lobby' as never;

describe.concurrent('patience', () => {
  it('ends with a welcome that does not come in ten seconds: the attempt is given up, and not as a goodbye', async () => {
    const node = await ScriptedNode.start((visit, index) => index > 0 && visit.welcome());
    const { line } = await openLine(node.url);
    const [first, second] = await Promise.all([node.visit(0), node.visit(1)]);
    await until('it to be closed', () => first.closed);
    expect(first.closed?.code).toBe(4900);
    expect(second.atMs - first.atMs).toBeGreaterThanOrEqual(9_900);
    expect(line.state).toBe('open');
    line.close();
    await node.stop();
  }, 30_000);

  it('ends with a node that is cut off from its cluster for ten seconds: another one is looked for', async () => {
    const node = await ScriptedNode.start((visit, index) => visit.welcome({ resumed: index > 0, rooms: [] }));
    const ear = new Ear();
    const { line } = await openLine(node.url, {}, ear);
    const first = await node.visit(0);
    const startedMs = performance.now();
    while (node.visits.length < 2) {
      const asking = line.request({ type: 'join', room });
      const { id } = await first.next('join');
      first.say({ type: 'error', re: id, code: 'cluster-unavailable', message: '', retryAfterMs: 500 });
      await expect(asking).rejects.toMatchObject({ code: 'cluster-unavailable', retryAfterMs: 500 });
      await until('a moment', () => node.visits.length > 1, 500).catch(() => {});
    }
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(10_000);
    expect((await node.visit(1)).offered.resume).toBe('r1');
    await until('the new welcome', () => ear.welcomes.length === 2);
    expect(ear.states).toEqual(['open', 'open']);
    line.close();
    await node.stop();
  }, 30_000);

  it('ends with a line that says nothing any more, while somebody may call', async () => {
    const node = await startServerHere({ PARLEY_HEARTBEAT_INTERVAL_MS: '500' });
    const tunnel = await Tunnel.to(node);
    const ear = new Ear();
    ear.isInUse = true;
    const { line } = await openLine(tunnel.url, {}, ear);
    const { line: useless, ear: deaf } = await openLine(tunnel.url);
    const before = line.welcome;
    tunnel.freeze();
    await until('it to be back', () => ear.welcomes.length === 2, 20_000);
    expect(ear.changes.map(({ state, reason }) => reason ?? state)).toEqual(['open', 'unreachable', 'open']);
    expect(line.welcome).toMatchObject({ resumed: true, peer: before?.peer });
    // Who waits for nobody does not ask, and knows of nothing.
    expect(deaf.states).toEqual(['open']);
    line.close();
    useless.close();
    await tunnel.stop();
    await node.stop();
  }, 30_000);

  it('ends with silence, and what was asked then is said once on the next session, after the rooms know of it', async () => {
    const node = await ScriptedNode.start((visit, index) => {
      visit.welcome({ peer: `p.${index}`, ...(index === 0 && { heartbeatMs: 100 }) });
    });
    const ear = new Ear();
    const { line } = await openLine(node.url, {}, ear);
    const first = await node.visit(0);
    line.request({ type: 'join', room }).catch(() => {}); // nobody waits for it
    await first.next('join');
    ear.onWelcome = () => void line.request({ type: 'ping' }).catch(() => {});
    // The old socket is still there, and does not say a word.
    const second = await node.visit(1, 20_000);
    await second.next('ping');
    line.request({ type: 'leave', room }).catch(() => {});
    await until('it to be said', () => second.heard.some(({ type }) => type === 'leave'));
    expect(second.heard.map(({ type }) => type)).toEqual(['join', 'leave']);
    line.close();
    await node.stop();
  }, 30_000);
});
