import { PassThrough } from 'node:stream';
import { memoryReplayStore } from '@countersign/core';
import { fakeClock, recordingReplayStore } from '@countersign/testing';
import type { FastifyReply } from 'fastify';
import { describe, expect, test } from 'vitest';
import { bench, eventually, gate, goesAway, guarded } from './bench.js';

interface Way {
  readonly how: string;
  /** What the route does once the client has gone; nothing by then has been answered. */
  readonly answer: (reply: FastifyReply) => unknown;
  /** Whether the route is an async function that waits, or one that answers later by its reply. */
  readonly style?: 'async' | 'callback';
}

const fails = (): never => {
  throw new Error('the route failed');
};

const processed: readonly Way[] = [
  { how: 'resolves to an object', answer: () => ({ a: 1 }) },
  { how: 'resolves to nothing, which Fastify does not send', answer: () => {} },
  { how: 'resolves to nothing with a status of 2xx', answer: (reply) => void reply.code(202) },
  { how: 'sends', answer: (reply) => reply.send('text') },
  { how: 'sends nothing', answer: (reply) => reply.code(204).send() },
  { how: 'sends in a callback', answer: (reply) => reply.send('text'), style: 'callback' },
  { how: 'sends a stream', answer: (reply) => reply.send(new PassThrough().end('text')) },
  { how: 'resolves to a stream that never begins', answer: () => new PassThrough() },
  { how: 'sends a web stream', answer: (reply) => reply.send(new Response('text').body) },
  { how: 'sends a Response', answer: () => new Response('text', { status: 201 }) },
  {
    how: 'sends a stream in a callback',
    answer: (reply) => reply.send(new PassThrough()),
    style: 'callback',
  },
  {
    how: 'writes to reply.raw',
    answer(reply) {
      reply.hijack();
      reply.raw.end('text');
    },
  },
];

const failed: readonly Way[] = [
  { how: 'rejects', answer: fails },
  { how: 'resolves to nothing with a status of an error', answer: (reply) => void reply.code(503) },
  { how: 'sends an error', answer: (reply) => reply.code(500).send('text') },
  { how: 'sends an error in a callback', answer: (reply) => reply.send(new Error('no')), style: 'callback' },
  { how: 'sends a stream with an error', answer: (reply) => reply.code(500).send(new PassThrough()) },
  { how: 'sends a Response of an error', answer: () => new Response('text', { status: 500 }) },
  {
    how: 'writes an error to reply.raw',
    answer(reply) {
      reply.hijack();
      reply.raw.writeHead(500).end('text');
    },
  },
  {
    how: 'takes the reply over and rejects',
    answer(reply) {
      reply.hijack();
      fails();
    },
  },
];

async function play({ answer, style = 'async' }: Way) {
  const left = gate();
  const replies: FastifyReply[] = [];
  const benched = await bench({
    mount: guarded(
      style === 'async'
        ? async (_request, reply) => {
            replies.push(reply);
            if (replies.length > 1) return 'done';
            await left.passed;
            return answer(reply);
          }
        : (_request, reply) => {
            replies.push(reply);
            if (replies.length > 1) return 'done';
            void left.passed.then(() => answer(reply));
            return undefined;
          },
    ),
  });
  const request = await benched.signed();
  await goesAway(benched, request, () => expect(replies).toHaveLength(1));
  expect(replies[0]?.raw.destroyed).toBe(true);
  expect(benched.settled()).toEqual(['claim: claimed']);
  left.open();
  return { ...benched, request };
}

describe('when the client is gone before the answer, a guarded route that', () => {
  for (const way of processed) {
    test(`${way.how} has processed the delivery: committed`, async () => {
      const { settled, outcomes, deliver, request } = await play(way);
      await eventually(() => expect(settled()).toEqual(['claim: claimed', 'commit: true']));
      await eventually(() => expect(outcomes).toMatchObject([{ code: 'processed' }]));
      expect((await deliver(request)).body).toBe('{"received":true,"status":"duplicate"}');
    });
  }

  for (const way of failed) {
    test(`${way.how} gives the delivery back`, async () => {
      const { settled, outcomes, deliver, request } = await play(way);
      await eventually(() => expect(settled()).toEqual(['claim: claimed', 'release']));
      await eventually(() => expect(outcomes).toMatchObject([{ code: 'handler_failed' }]));
      expect((await deliver(request)).body).toBe('done');
    });
  }

  test('returns its reply settles when it answers, not when the client goes', async () => {
    const replies: FastifyReply[] = [];
    const benched = await bench({
      mount: guarded(async (_request, reply) => {
        replies.push(reply);
        return reply;
      }),
    });
    await goesAway(benched, await benched.signed(), () => expect(replies).toHaveLength(1));
    // The reply resolves when the connection ends: a turn later the route has come to its end.
    await new Promise((resolve) => setImmediate(resolve));
    expect(benched.settled()).toEqual(['claim: claimed']);
    replies[0]?.code(500).send('too late');
    await eventually(() => expect(benched.settled()).toEqual(['claim: claimed', 'release']));
  });

  test('takes the reply over and resolves settles when it writes', async () => {
    const replies: FastifyReply[] = [];
    const left = gate();
    const benched = await bench({
      mount: guarded(async (_request, reply) => {
        replies.push(reply);
        reply.hijack();
        await left.passed;
      }),
    });
    await goesAway(benched, await benched.signed(), () => expect(replies).toHaveLength(1));
    left.open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(benched.settled()).toEqual(['claim: claimed']);
    replies[0]?.raw.writeHead(500).end();
    await eventually(() => expect(benched.settled()).toEqual(['claim: claimed', 'release']));
  });

  test('never answers keeps its claim for `handlerTimeoutMs`, and then its lease lapses', async () => {
    const replies: FastifyReply[] = [];
    const storeClock = fakeClock();
    const benched = await bench({
      mount: guarded((_request, reply) => void replies.push(reply)),
      store: () => recordingReplayStore(memoryReplayStore({ now: storeClock.now })),
    });
    const { clock, deliver, outcomes } = benched;
    const request = await benched.signed();
    await goesAway(benched, request, () => expect(replies).toHaveLength(1));
    for (let passedMs = 0; passedMs < 25_000; passedMs += 5_000) {
      await storeClock.advance(5_000);
      await clock.advance(5_000);
      expect((await deliver(request)).status).toBe(503);
    }
    expect(outcomes.filter(({ kind }) => kind === 'notice')).toMatchObject([{ code: 'answer_overdue' }]);
    // The last renewal was after 20 s, and gave it 15 s more.
    await storeClock.advance(10_000);
    const retry = deliver(request);
    await eventually(() => expect(replies).toHaveLength(2));
    replies[1]?.send('done');
    expect((await retry).status).toBe(200);
  });
});

test('a client that leaves between a stream and its first byte changes nothing: committed', async () => {
  const replies: FastifyReply[] = [];
  const benched = await bench({
    mount: guarded((_request, reply) => {
      replies.push(reply);
      return reply.send(new PassThrough());
    }),
  });
  await goesAway(benched, await benched.signed(), () => expect(replies).toHaveLength(1));
  await eventually(() => expect(benched.settled()).toEqual(['claim: claimed', 'commit: true']));
});

test('a route that takes the reply over and rejects gives the delivery back while its client waits', async () => {
  const replies: FastifyReply[] = [];
  const { deliver, signed, settled } = await bench({
    mount: guarded(async (_request, reply) => {
      replies.push(reply);
      reply.hijack();
      return fails();
    }),
  });
  const answer = deliver(await signed());
  await eventually(() => expect(settled()).toEqual(['claim: claimed', 'release']));
  replies[0]?.raw.writeHead(500).end();
  expect((await answer).status).toBe(500);
});
