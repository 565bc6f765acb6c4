import { request as httpRequest } from 'node:http';
import { memoryReplayStore, type Receiver } from '@countersign/core';
import { webhookGuard } from '@countersign/express';
import { fakeClock, recordingReplayStore, type SignedRequest } from '@countersign/testing';
import type { Express, Response } from 'express';
import { describe, expect, test } from 'vitest';
import { bench, eventually, versions } from './bench.js';

/** A route that hands its responses over to the test. */
function heldRoute() {
  const responses: Response[] = [];
  const mount = (app: Express, receiver: Receiver): unknown =>
    app.post('/webhooks', webhookGuard(receiver), (_request, response) => void responses.push(response));
  return { mount, responses };
}

/** A client that goes away once the route runs. */
async function goesAway(
  origin: string,
  { headers, body }: SignedRequest,
  responses: readonly Response[],
): Promise<void> {
  const client = httpRequest(`${origin}/webhooks`, { method: 'POST', headers });
  client.on('error', () => {});
  client.end(body);
  await eventually(() => expect(responses).toHaveLength(1));
  client.destroy();
  await eventually(() => expect(responses[0]?.destroyed).toBe(true));
}

describe.each(versions)('%s: when the client is gone before the answer', (_version, create) => {
  test('a route that answers 2xx later has processed the delivery: committed', async () => {
    const { mount, responses } = heldRoute();
    const { origin, signed, deliver, settled, outcomes } = await bench({ create, mount });
    const request = await signed();
    await goesAway(origin, request, responses);
    expect(settled()).toEqual(['claim: claimed']);
    responses[0]?.status(200).json({});
    await eventually(() => expect(settled()).toEqual(['claim: claimed', 'commit: true']));
    expect(outcomes).toMatchObject([{ code: 'processed' }]);
    expect((await deliver(request)).body).toContain('duplicate');
  });

  test('a route that fails later gives the delivery back', async () => {
    const { mount, responses } = heldRoute();
    const { origin, signed, deliver, settled } = await bench({ create, mount });
    const request = await signed();
    await goesAway(origin, request, responses);
    responses[0]?.status(500).end();
    await eventually(() => expect(settled()).toEqual(['claim: claimed', 'release']));
    const retry = deliver(request);
    await eventually(() => expect(responses).toHaveLength(2));
    responses[1]?.sendStatus(200);
    expect((await retry).status).toBe(200);
  });

  test('a route that never answers keeps its claim for `handlerTimeoutMs`, and then its lease lapses', async () => {
    const { mount, responses } = heldRoute();
    const storeClock = fakeClock();
    const { origin, signed, deliver, outcomes, clock } = await bench({
      create,
      mount,
      store: () => recordingReplayStore(memoryReplayStore({ now: storeClock.now })),
    });
    const request = await signed();
    await goesAway(origin, request, responses);
    // Renewed every third of the lease, as long as the route may still answer.
    for (let passedMs = 0; passedMs < 25_000; passedMs += 5_000) {
      await storeClock.advance(5_000);
      await clock.advance(5_000);
      expect((await deliver(request)).status).toBe(503);
    }
    expect(outcomes.filter(({ kind }) => kind === 'notice')).toMatchObject([{ code: 'answer_overdue' }]);
    // The last renewal was after 20 s, and gave it 15 s more.
    await storeClock.advance(9_999);
    expect((await deliver(request)).status).toBe(503);
    await storeClock.advance(1);
    const retry = deliver(request);
    await eventually(() => expect(responses).toHaveLength(2));
    responses[1]?.sendStatus(200);
    expect((await retry).status).toBe(200);
  });
});

describe.each(versions)('%s: a guarded delivery', (_version, create) => {
  test('that failed is processed when it is sent again', async () => {
    let runs = 0;
    const mount = (app: Express, receiver: Receiver): unknown =>
      app.post('/webhooks', webhookGuard(receiver), (_request, response) => {
        runs += 1;
        response.sendStatus(runs < 3 ? 500 : 200);
      });
    const { signed, deliver } = await bench({ create, mount });
    const request = await signed();
    const statuses = [];
    for (let attempt = 0; attempt < 4; attempt += 1) statuses.push((await deliver(request)).status);
    expect(statuses).toEqual([500, 500, 200, 200]);
    expect(runs).toBe(3);
  });

  test('that arrives five times at once runs once, and the others are told to come back', async () => {
    const { mount, responses } = heldRoute();
    const { signed, deliver, store } = await bench({ create, mount });
    const request = await signed();
    const answers = Array.from({ length: 5 }, () => deliver(request));
    await eventually(() => expect(store.calls).toHaveLength(5));
    await eventually(() => expect(responses).toHaveLength(1));
    responses[0]?.sendStatus(200);
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 503, 503, 503, 503]);
    expect(responses).toHaveLength(1);
  });

  test('stands in `res.locals.webhook` and in `req.webhook`, with the raw body', async () => {
    const seen: unknown[] = [];
    const mount = (app: Express, receiver: Receiver): unknown =>
      app.post('/webhooks', webhookGuard(receiver), (request, response) => {
        const { webhook } = response.locals;
        const { event, delivery } = webhook;
        seen.push(
          Reflect.get(request, 'webhook') === webhook,
          event.data,
          Buffer.from(delivery.body).toString(),
        );
        response.end();
      });
    const { signed, deliver } = await bench({ create, mount });
    const request = await signed({ event: { data: { a: 1 } } });
    await deliver(request);
    expect(seen).toEqual([true, { a: 1 }, Buffer.from(request.body).toString()]);
  });

  test('that is refused never reaches the route, nor `res.locals`', async () => {
    const { mount, responses } = heldRoute();
    const { signed, deliver } = await bench({ create, mount });
    const { method, headers, body } = await signed();
    expect((await deliver({ method, headers: { ...headers, 'webhook-id': 'other' }, body })).status).toBe(
      401,
    );
    expect(responses).toEqual([]);
  });
});
