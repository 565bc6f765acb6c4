import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { DATA } from '../sender/payload.js';

/** What a team writes to deliver: signed by hand, posted over undici's pools. */
export interface Poster {
  post(id: string, endpoint: number): Promise<void>;
  close(): Promise<void>;
}

/** Posts to one origin for each URL. */
export function posterTo(urls: readonly string[], connections: number): Poster {
  const key = createSecretKey(randomBytes(32));
  const targets = urls.map((url) => {
    const { origin, pathname } = new URL(url);
    return { pathname, pool: new Pool(origin, { connections: Math.ceil(connections / urls.length) + 1 }) };
  });
  return {
    async post(id, endpoint) {
      const target = targets[endpoint];
      if (target === undefined) throw new Error(`no endpoint ${endpoint}`);
      const now = new Date();
      const seconds = String(Math.floor(now.getTime() / 1000));
      const body = Buffer.from(
        JSON.stringify({ type: 'bench.sent', timestamp: now.toISOString(), data: DATA }),
      );
      const mac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64');
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': seconds,
        'webhook-signature': `v1,${mac}`,
      };
      const { pathname: path, pool } = target;
      const answer = await pool.request({ path, method: 'POST', headers, body, headersTimeout: 30_000 });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    },
    async close() {
      await Promise.all(targets.map(({ pool }) => pool.close()));
    },
  };
}
