import { describe } from 'vitest';
import { databaseUrl, hasPostgres, hasRedis, redisUrl } from './reach.js';

export { databaseUrl, redisUrl };

/** A suite that needs a server. Without one it says so and is skipped; where services are required, it fails. */
function suiteWith(server: string, variable: string, url: string, isThere: boolean): typeof describe.skip {
  if (isThere) return describe;
  const { host } = new URL(url);
  process.stderr.write(
    `skipped: no ${server} at ${host} (compose.yaml starts one; ${variable} names another)\n`,
  );
  return describe.skip;
}

export const describeWithPostgres = suiteWith('PostgreSQL', 'DATABASE_URL', databaseUrl, await hasPostgres());
export const describeWithRedis = suiteWith('Redis', 'REDIS_URL', redisUrl, await hasRedis());
