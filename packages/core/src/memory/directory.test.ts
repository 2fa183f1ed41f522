import { directoryContract, FakeClock, SeededRandom } from '../contract/index.ts';
import { MemoryDirectory } from './directory.ts';

directoryContract('memory', async () => {
  const clock = new FakeClock(1_700_000_000_000);
  return {
    directory: new MemoryDirectory({ clock, random: new SeededRandom(1) }),
    advance: (ms) => clock.advance(ms),
    close: async () => {},
  };
});
