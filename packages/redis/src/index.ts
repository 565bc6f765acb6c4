export type {
  IoRedisClient,
  NodeRedisClient,
  NodeRedisScriptInput,
  RedisClient,
} from './replay/redis-client.js';
export { type RedisReplayStoreOptions, redisReplayStore } from './replay/redis-replay-store.js';
