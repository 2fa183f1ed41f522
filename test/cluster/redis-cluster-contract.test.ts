import { startRedisCluster } from '../support/redis-cluster.ts';
import { redisContracts } from './redis-subjects.ts';

redisContracts('a Redis Cluster of six', startRedisCluster);
