// npm run capacity: what 100,000, 1 million and 10 million sockets need, by the model and the measured costs.
import { describeCapacity } from './index.ts';

console.log(await describeCapacity());
