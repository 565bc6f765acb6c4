import { createConnection } from 'node:net';

/** Where the servers are that these suites use. */
export const databaseUrl = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test';
export const redisUrl = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** Whether suites that need Postgres run: it is there, or must be. */
export const hasPostgres = (): Promise<boolean> => isThere(databaseUrl);

/** The same for Redis. */
export const hasRedis = (): Promise<boolean> => isThere(redisUrl);

async function isThere(url: string): Promise<boolean> {
  if (process.env['COUNTERSIGN_REQUIRE_SERVICES'] === '1') return true;
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
