import { busContract, FakeClock } from '../contract/index.ts';
import { MemoryBus } from './bus.ts';
import { MemoryNetwork } from './network.ts';

busContract('memory', async () => {
  const clock = new FakeClock();
  const network = new MemoryNetwork({ clock });
  return {
    open: (node) => new MemoryBus({ network, node, clock }),
    advance: (ms) => clock.advance(ms),
    close: async () => {},
  };
});
