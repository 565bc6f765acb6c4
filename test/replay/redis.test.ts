import { redisReplayStore } from '@countersign/redis';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { ownRedis, redisPrograms } from '../services/own-redis.js';
import { describeWithPrograms } from '../services/own-server.js';
import { describeWithRedis } from '../services/services.js';
import { horizons, lease, newClaim, settling } from './claims.js';
import { ioRedis, nodeRedis } from './redis-clients.js';

describeWithPrograms(redisPrograms)('a Redis that has forgotten', () => {
  test('its scripts is given them again; its keys are free', async () => {
    const server = await ownRedis();
    const [one, two] = [ioRedis(server.url), nodeRedis(server.url)];
    await expect.poll(() => one.status === 'ready' && two.isReady).toBe(true);
    for (const client of [one, two]) {
      const replay = redisReplayStore({ client });
      const claim = newClaim();
      await replay.claim(claim, lease());
      expect(await replay.commit(claim, horizons)).toBe(true);
      await one.script('FLUSH');
      expect(await replay.claim(newClaim(claim.key), lease())).toBe('done');
      await server.flush();
      expect(await replay.claim(newClaim(claim.key), lease())).toBe('claimed');
    }
  });

  test('nothing, because it is full and may not: the claim is refused', async () => {
    const server = await ownRedis();
    const client = ioRedis(server.url);
    await expect.poll(() => client.status).toBe('ready');
    const replay = redisReplayStore({ client });
    const claim = newClaim();
    await replay.claim(claim, lease());
    await replay.commit(claim, horizons);
    await client.config('SET', 'maxmemory', '1');
    await expect(replay.claim(newClaim(), lease())).rejects.toThrow(/OOM/);
    await client.config('SET', 'maxmemory', '0');
    expect(await replay.claim(newClaim(claim.key), lease())).toBe('done');
  });
});

describeWithRedis('keys in Redis', () => {
  test('begin with the prefix, expire by themselves, and are gone once given back', async () => {
    const client = ioRedis();
    await expect.poll(() => client.status).toBe('ready');
    const prefix = `test:${crypto.randomUUID()}:`;
    const replay = redisReplayStore({ client, prefix });
    const claim = newClaim();
    await replay.claim(claim, lease(1000.5));
    expect(await client.pttl(`${prefix}${claim.key}`)).toBeGreaterThan(0);
    await replay.commit(claim, horizons);
    expect(await client.pttl(`${prefix}${claim.key}`)).toBeGreaterThan(horizons.ttlMs - 60_000);
    const other = newClaim();
    await replay.claim(other, lease());
    await replay.release(other, settling);
    expect(await client.exists(`${prefix}${other.key}`)).toBe(0);
  });

  test('are the same for both clients', async () => {
    const [one, two] = [ioRedis(), nodeRedis()];
    await expect.poll(() => one.status === 'ready' && two.isReady).toBe(true);
    const prefix = `test:${crypto.randomUUID()}:`;
    const claim = newClaim();
    await redisReplayStore({ client: one, prefix }).claim(claim, lease());
    const replay = redisReplayStore({ client: two, prefix });
    expect(await replay.claim(newClaim(claim.key), lease())).toBe('in_progress');
    expect(await replay.commit(claim, horizons)).toBe(true);
  });
});

describe('refuses', () => {
  test.each<[string, unknown, RegExp]>([
    ['no options', undefined, /^`options` must be an object with `client`, got undefined/],
    ['a client of something else', { client: { get() {} } }, /^`client` must be a client of ioredis or/],
    ['a prefix that is no text', { client: new Redis({ lazyConnect: true }), prefix: 1 }, /^`prefix` must/],
  ])('%s', (_name, options, message) => {
    expect(() => Reflect.apply(redisReplayStore, undefined, [options])).toThrow(message);
  });
});
