import { startRedis } from '../support/redis.ts';
import { redisContracts } from './redis-subjects.ts';

redisContracts('a standalone Redis', startRedis);
