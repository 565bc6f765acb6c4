import { type Provider, standardWebhooks } from '@countersign/core';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import type { FailureReason, Transport } from '@countersign/sender';
import { describe, expect, test } from 'vitest';
import { defined, type Stage, stage } from './harness.js';
import type { Answering, Received } from './sink.js';

const TOKEN = 'never-to-be-seen-again';
const headers = { Authorization: `Bearer ${TOKEN}`, 'x-key': `<"${TOKEN}" & 'more'>` };
/** SHA-256 in hex or base64. */
const SIGNATURE = /[0-9a-f]{64}|[\w+/]{43}=/;

/** Answers with all that it was sent, in a form. */
const echo =
  (status: number, shown: (request: Received) => string): Answering =>
  (request) => ({ status, body: shown(request) });
const inJson = ({ headers: sent, body }: Received): string => JSON.stringify({ headers: sent, body });
const inHtml = (request: Received): string =>
  inJson(request).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The record of an attempt at an endpoint that answers with what it was sent. */
async function recorded(on: Stage, answering: Answering) {
  on.sink.answer('/a', answering);
  const { id } = await on.endpoint('/a', { headers });
  await on.send({ type: 'job.done', data: { note: 'to be seen' } });
  const { id: deliveryId, eventId, attempts } = await on.untilAttempts(id, 1);
  const body = defined(defined(attempts[0]).responseBody);
  return { id, deliveryId, eventId, body, request: defined(on.sink.at('/a')[0]) };
}

describe('a receiver that answers with what it was sent', () => {
  const cases: readonly (readonly [string, Provider, readonly Provider[]])[] = [
    ['standardWebhooks', standardWebhooks, []],
    ['standardWebhooks and github', standardWebhooks, [github]],
    ['stripe', stripe, []],
    ['ragEngine', ragEngine, []],
  ];
  test.each(cases)(
    '%s: leaves no signature and no header value in the record',
    async (_, provider, alsoSign) => {
      for (const shown of [inJson, inHtml]) {
        const on = await stage({ provider, alsoSign });
        const { body, request } = await recorded(on, echo(500, shown));
        expect(shown(request)).toContain(TOKEN);
        expect(shown(request)).toMatch(SIGNATURE);
        expect(body).not.toContain(TOKEN);
        expect(body).not.toMatch(SIGNATURE);
        expect(body).not.toContain('more');
        expect(body).toContain('"authorization":"[redacted]"');
      }
    },
  );

  test('leaves ids, type and data there', async () => {
    const on = await stage();
    const { body, eventId } = await recorded(
      on,
      echo(500, ({ body: sent, headers: all }) => `${all['webhook-id']} ${sent}`),
    );
    expect(body).toContain(eventId);
    expect(body).toContain('job.done');
    expect(body).toContain('to be seen');
  });
});

test('what a header value is cut into by the bound of 4 KiB is not left there either', async () => {
  for (const before of [4096 - TOKEN.length, 4090, 4095, 4096]) {
    const on = await stage();
    const { body } = await recorded(
      on,
      echo(500, () => `${'.'.repeat(before)}${TOKEN}${'!'.repeat(100)}`),
    );
    const [tail = ''] = body.split(/^\.+/).slice(1);
    expect(`[redacted]${'!'.repeat(100)}`).toContain(tail);
    expect(tail).not.toMatch(/^!/);
    expect(body.length).toBe(4096);
  }
});

test('a text that is short once it is redacted is kept to its end', async () => {
  const on = await stage();
  const { body } = await recorded(
    on,
    echo(500, () => `${`${TOKEN},`.repeat(200)}end`),
  );
  expect(body).toBe(`${'[redacted],'.repeat(200)}end`);
});

test('what `endpoints.test` tells has none of it either', async () => {
  const on = await stage({ isStarted: false });
  on.sink.answer('/a', echo(200, inJson));
  const { id } = await on.endpoint('/a', { headers });
  const { responseBody, eventId } = await on.sender.endpoints.test(id);
  const request = defined(on.sink.at('/a')[0]);
  expect(inJson(request)).toMatch(SIGNATURE);
  expect(responseBody).toContain(eventId);
  expect(responseBody).toContain('"x-key":"[redacted]"');
  expect(responseBody).not.toMatch(SIGNATURE);
  expect(responseBody).not.toContain(TOKEN);
});

/** Fails with a message that has all headers. */
const telling = (reason: FailureReason): Transport => ({
  exchange: async ({ headers: sent }) => ({ kind: 'failure', reason, message: JSON.stringify(sent) }),
  close: async () => {},
});

test('the failure message of a transport has none of it, in the record, in outcomes and in what a test tells', async () => {
  const on = await stage({ transport: telling('reset') });
  const { id } = await on.endpoint('/a', { headers });
  await on.send();
  const { attempts } = await on.untilAttempts(id, 1);
  const tested = await on.sender.endpoints.test(id);
  for (const error of [attempts[0]?.error, on.attempts()[0]?.error, tested.error]) {
    expect(error).toMatch(/^reset: \{.*"authorization":"\[redacted\]"/);
    expect(error).not.toContain(TOKEN);
    expect(error).not.toMatch(SIGNATURE);
  }
});
