/**
 * The promises of the ports as suites: whoever implements a port calls its suite from a test of its own.
 *
 * - `directoryContract`, `limiterContract`, `busContract`: called with a name and a way to make a fresh subject
 * - `comebacks`: histories of peers and a room, held against `LAWS`; `SPOILT` are directories that each break one
 * - `FakeClock`, `SeededRandom`: time and chance that repeat exactly
 */
export { busContract, type BusSubject, type MakeBuses } from './bus.ts';
export { comebacks, type ComebacksSubject, LAWS, type Verdict } from './comebacks/index.ts';
export { SPOILT, type Spoilt } from './comebacks/spoilt.ts';
export { directoryContract } from './directory.ts';
export { FakeClock } from './fake-clock.ts';
export { limiterContract, type LimiterSubject, type MakeLimiter } from './limiter.ts';
export { SeededRandom } from './seeded-random.ts';
export type { DirectorySubject, MakeDirectory } from './subject.ts';
