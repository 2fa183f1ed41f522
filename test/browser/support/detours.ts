import { createSocket, type Socket } from 'node:dgram';

import type { Page } from 'playwright-core';

/** A host candidate of UDP over IPv4, up to its address and port. */
const CANDIDATE = /(candidate:\S+ \d+ udp \d+) (\d+\.\d+\.\d+\.\d+) (\d+)( typ host)/i;

/**
 * The network between pages: whatever they say to each other directly goes through sockets of this process, which can stop passing it on.
 * Pages learn of nothing else, because the candidates they signal are rewritten on their way.
 */
export class Detours {
  readonly #sockets = new Set<Socket>();
  #cutOff = new Set<Socket>();

  /** Has everything that the page learns about others rewritten; before it connects. */
  async between(page: Page): Promise<void> {
    await page.exposeFunction('detour', (line: string) => this.#rewrite(line));
    await page.evaluate(() => {
      const { detour } = window as unknown as { detour: (line: string) => Promise<string> };
      window.sdk.sockets.tamper(async (text) => {
        const message = JSON.parse(text) as { candidate?: { candidate?: string } };
        const line = message.candidate?.candidate;
        return line ? text.replace(JSON.stringify(line), JSON.stringify(await detour(line))) : text;
      });
    });
  }

  /** From now on nothing goes through what is there; there may be other ways from now on. */
  cut(): void {
    this.#cutOff = new Set(this.#sockets);
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  async #rewrite(line: string): Promise<string> {
    const [whole, before, address, port, after] = CANDIDATE.exec(line) ?? [];
    // All other ways lead nowhere: port 9 is that of nobody.
    if (!whole || !address) return line.replace(/ \d+ typ /, ' 9 typ ');
    return line.replace(whole, `${before} ${address} ${await this.#open(address, Number(port))}${after}`);
  }

  /** A port that leads to another one, and back to whoever spoke last. */
  async #open(address: string, port: number): Promise<number> {
    const socket = createSocket('udp4');
    this.#sockets.add(socket);
    let guest = { address, port: 9 };
    socket.on('message', (bytes, from) => {
      if (this.#cutOff.has(socket)) return;
      const isReturning = from.port === port;
      if (!isReturning) guest = from;
      const to = isReturning ? guest : { address, port };
      socket.send(bytes, to.port, to.address);
    });
    socket.on('error', () => {}); // who cannot be reached is not reached
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    return socket.address().port;
  }
}
