import { socketContract } from '@parley/core/contract-socket';
import { listen } from './listen.ts';

socketContract('ws', listen);
