// One abuser, as a process of its own: <kind> <url> <token> <address>. Says now and then how often it did it, and goes on until it is ended.
import { setPriority } from 'node:os';

import { ABUSES, type AbuseName } from './abuses.ts';

const [kind = '', url = '', token = '', address = ''] = process.argv.slice(2);

// It would come from another machine: what it takes from this one is not what it takes from the node.
setPriority(10);

const abuse = ABUSES[kind as AbuseName]({ url, token, address });
setInterval(() => console.log(`done ${abuse.done}`), 100);
