import { FakeClock, limiterContract } from '../contract/index.ts';
import { MemoryLimiter } from './limiter.ts';

limiterContract('memory', async () => {
  const clock = new FakeClock();
  return { limiter: new MemoryLimiter({ clock }), advance: (ms) => clock.advance(ms), close: async () => {} };
});
