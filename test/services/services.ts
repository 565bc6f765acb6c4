import { createConnection } from 'node:net';
import { describe } from 'vitest';

/** Where the servers are that these suites use. */
export const databaseUrl = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test';
export const redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

const isRequired = process.env['COUNTERSIGN_REQUIRE_SERVICES'] === '1';

async function isReachable(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = createConnection({ host: hostname, port: Number(port) }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.setTimeout(2000, () => socket.destroy(new Error('no answer')));
    socket.on('error', () => resolve(false));
  });
}

/** A suite that needs a server. Without one it says so and is skipped; where services are required, it fails. */
async function suiteWith(server: string, variable: string, url: string): Promise<typeof describe.skip> {
  if (isRequired || (await isReachable(url))) return describe;
  const { host } = new URL(url);
  process.stderr.write(
    `skipped: no ${server} at ${host} (compose.yaml starts one; ${variable} names another)\n`,
  );
  return describe.skip;
}

export const describeWithPostgres = await suiteWith('PostgreSQL', 'DATABASE_URL', databaseUrl);
export const describeWithRedis = await suiteWith('Redis', 'REDIS_URL', redisUrl);
