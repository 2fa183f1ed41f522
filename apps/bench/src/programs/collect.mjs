// node --import=collect.mjs <any server>
// Collects all garbage on SIGUSR2. What a process still holds then is what it needs; what it has not collected yet is luck.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = /** @type {() => void} */ (runInNewContext('gc'));
process.on('SIGUSR2', () => collect());
