/** What tests of several packages need of a node without a network. */
export { noIce, plainNames, quietMetrics, strictLog } from './quiet.ts';
export { optionsOf, requestOf } from './samples.ts';
