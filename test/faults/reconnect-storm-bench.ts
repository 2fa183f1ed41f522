// npm run storm [-- --sockets 5000 --nodes 3]
// Every socket of a cluster lost in one moment: how long until all are back, and what that costs.
import { parseArgs } from 'node:util';

import { describeStorm } from './support/describe-storm.ts';
import { raiseStorm } from './support/storm.ts';

const { values } = parseArgs({
  options: { sockets: { type: 'string', default: '5000' }, nodes: { type: 'string', default: '3' } },
});
const options = { sockets: Number(values.sockets), nodes: Number(values.nodes) };
console.log(`${options.sockets} sockets, two in a room, at ${options.nodes} nodes; all are dropped at once`);
console.log(describeStorm(await raiseStorm(options), options));
