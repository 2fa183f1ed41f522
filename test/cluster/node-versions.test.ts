import { execFileSync } from 'node:child_process';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { untilAcquainted } from '../support/acquaintances.ts';
import { connecting } from '../support/clients.ts';
import { nodeProgram } from '../support/node-version.ts';
import { statusOf } from '../support/process-cluster.ts';
import { failToStart, startNode, type NodeProcess } from '../support/process.ts';
import { surroundings } from '../support/child.ts';

const env = { PARLEY_AUTH: 'none' };

describe.each([22, 24, 26])('on Node %i', (major) => {
  let program: string;
  let node: NodeProcess;
  const connect = connecting(() => node.url);
  beforeAll(async () => {
    program = await nodeProgram(major);
    node = await startNode(env, program);
  });
  afterAll(() => node?.stop());

  it('two meet by a code and signal each other, whichever socket library loads', async () => {
    const version = execFileSync(program, ['--version'], { env: surroundings(), encoding: 'utf8' });
    expect(version).toMatch(new RegExp(`^v${major}\\.`));

    const [host, guest] = await Promise.all([connect(), connect()]);
    const { room } = await host.request({ type: 'join' }, 'joined');
    await guest.request({ type: 'join', room }, 'joined');
    await untilAcquainted([host, guest], room);
    const offer = { type: 'offer', sdp: 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n' };
    const signal = { type: 'signal', room, to: host.welcome.peer, description: offer };
    await guest.request(signal, 'delivered');
    expect(await host.next('signal')).toMatchObject({ from: guest.welcome.peer, description: offer });
    await guest.close();
    expect(await host.next('peer-left')).toMatchObject({ reason: 'left' });
  });

  it('says which library that is, and starts without uWebSockets.js only when it may', async () => {
    const isFallback = (await statusOf(node)).socket === 'ws';
    const warnings = node.lines.filter(({ event }) => event === 'socket-fallback');
    expect(warnings).toHaveLength(isFallback ? 1 : 0);

    const strict = { ...env, PARLEY_SOCKET: 'uws' };
    const refusal = /^No uWebSockets\.js binary loads.*PARLEY_SOCKET=ws\.$/;
    const { code, output } = isFallback ? await failToStart(strict, program) : await startAndStop(strict);
    expect({ code, isRefusal: refusal.test(output) }).toEqual({
      code: isFallback ? 1 : 0,
      isRefusal: isFallback,
    });
  });

  async function startAndStop(strict: NodeJS.ProcessEnv) {
    const started = await startNode(strict, program);
    await started.stop();
    return { ...(await started.exited), output: started.output };
  }
});
