/** The script of a page that opens a line to the node it came from, and lets the test look at it. */
import type { ConnectOptions } from '@parley/client';
import { type Line, openConnection } from '@parley/client/testing';

/** What the test finds on `globalThis`. */
export interface LinePage {
  line: Line | undefined;
  wokenBy: string[];
  /** @param url of another node than the page came from */
  open(options: ConnectOptions, url?: string): Promise<{ peer: string; instance: string }>;
}

const page = globalThis as unknown as LinePage;
page.wokenBy = [];
page.open = async (options, url = location.href) => {
  page.line = await openConnection(url, options, {
    welcomed() {},
    hear() {},
    changed() {},
    failed() {},
    woke: (why) => void page.wokenBy.push(why),
    isInUse: true,
  });
  const { peer, instance } = page.line.welcome ?? {};
  await page.line.request({ type: 'join', room: 'lobby' as never });
  return { peer: String(peer), instance: String(instance) };
};
