import { memoryReplayStore } from '@countersign/core';
import type { GuardedHandler } from '@countersign/fastify';
import { recordingReplayStore } from '@countersign/testing';
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { bench, eventually, gate, guarded } from './bench.js';

/** A store whose commits wait. */
const holdingCommits = (until: Promise<void>) => (now: () => number) => {
  const store = memoryReplayStore({ now });
  return recordingReplayStore({
    ...store,
    async commit(claim, options) {
      await until;
      return store.commit(claim, options);
    },
  });
};

/** Delivers to a guarded route while its commit waits. */
async function held(handler: GuardedHandler<unknown>) {
  const committed = gate();
  const lines: string[] = [];
  const app = Fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } });
  const benched = await bench({ app, mount: guarded(handler), store: holdingCommits(committed.passed) });
  const request = await benched.signed();
  let isAnswered = false;
  const answer = benched.deliver(request).finally(() => {
    isAnswered = true;
  });
  await eventually(() =>
    expect(benched.store.calls).toMatchObject([
      { answer: 'claimed' },
      { method: 'commit', answer: undefined },
    ]),
  );
  return {
    ...benched,
    answer,
    isAnswered: () => isAnswered,
    commit: committed.open,
    logged: () => lines.map((line) => JSON.parse(line)),
  };
}

const ways: readonly (readonly [string, GuardedHandler<unknown>])[] = [
  ['returns', () => 'text'],
  ['resolves', async () => 'text'],
  ['sends and resolves', async (_request, reply) => void reply.send('text')],
  ['sends and returns the reply', async (_request, reply) => reply.send('text')],
  [
    'sends twice',
    (_request, reply) => {
      reply.send('text');
      reply.code(500).send('again');
    },
  ],
  [
    'sends, and resolves to something else',
    async (_request, reply) => {
      reply.send('text');
      return 'again';
    },
  ],
  [
    'sends, and then throws',
    async (_request, reply) => {
      reply.send('text');
      throw new Error('too late');
    },
  ],
  [
    'takes the reply over',
    (_request, reply) => {
      reply.hijack();
      reply.raw.end('text');
    },
  ],
];

describe('the answer of a guarded route waits for the commit: who reads it can rely on it; one that', () => {
  test.each(ways)('%s', async (_how, handler) => {
    const { answer, isAnswered, commit, logged, deliver, signed } = await held(handler);
    // The server has had its turns: it has answered another request meanwhile.
    expect((await deliver({ ...(await signed()), method: 'PUT' })).status).toBe(405);
    expect(isAnswered()).toBe(false);
    commit();
    expect(await answer).toMatchObject({ status: 200, body: 'text' });
    // The log says what was answered, whatever the route did meanwhile.
    await eventually(() =>
      expect(logged().at(-1)).toMatchObject({ msg: 'request completed', res: { statusCode: 200 } }),
    );
  });
});
