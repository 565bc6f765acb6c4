import type { IncomingMessage } from 'node:http';
import type { ReplayStore } from '@countersign/core';
import { sendNodeResponse, settleOnResponse } from '@countersign/core/node';
import { type AdapterSetup, type AdapterTarget, adapterRules, runRule } from '@countersign/testing';
import express from 'express';
import { describe, expect, test } from 'vitest';
import { type AdapterFault, serveFaulty } from './naive-adapters.js';

interface Faulty extends AdapterFault {
  readonly fault: string;
  readonly mode: AdapterTarget['mode'];
  /** The rules that it breaks, and what their failures say. */
  readonly caughtBy: Readonly<Record<string, RegExp>>;
}

const withStore =
  (methods: (store: ReplayStore) => Partial<ReplayStore>) =>
  (setup: AdapterSetup): AdapterSetup => {
    const { replay } = setup.receiver;
    if (typeof replay !== 'object') throw new Error('this fault needs a store');
    return { ...setup, receiver: { ...setup.receiver, replay: { ...replay, ...methods(replay) } } };
  };

/** Reads a body to its end, or to where it breaks off, without any limit. */
async function whateverComes(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  await new Promise((resolve) => {
    request.on('data', (chunk) => chunks.push(chunk)).on('close', resolve);
    request.on('end', resolve).on('error', resolve);
  });
  return Buffer.concat(chunks);
}

const handlers: readonly Faulty[] = [
  {
    fault: 'drops the headers of answers',
    mode: 'handler',
    send: (_request, response, { status, body }) =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(body),
    caughtBy: {
      'a delivery while the replay store is down is answered 503, and told as `replay_store_unavailable`':
        /retry-after/,
      'PUT, PATCH and DELETE are answered 405, which allows POST': /allow/,
    },
  },
  {
    fault: 'answers every refusal with 400',
    mode: 'handler',
    send: (request, response, answer) =>
      sendNodeResponse(request, response, { ...answer, status: answer.status > 299 ? 400 : answer.status }),
    caughtBy: {
      'a body that was changed is answered 401, and told as `signature_mismatch`': /the status/,
      'a genuine delivery that fails its schema is answered 422, and told as `schema_mismatch`': /the status/,
      'a body that stops is answered 408 when its time is over': /the status/,
    },
  },
  {
    fault: 'writes JSON of its own',
    mode: 'handler',
    send: (_request, response, { status, headers, body }) =>
      void response
        .status(status)
        .set(headers)
        .json(JSON.parse(Buffer.from(body).toString())),
    caughtBy: { 'a body that was changed is answered 401, and told as `signature_mismatch`': /content type/ },
  },
  {
    fault: 'loses the query',
    mode: 'handler',
    receive: (incoming, { path }) => ({ ...incoming, url: path }),
    caughtBy: {
      'the `secrets` function sees the request as the client sent it': /search/,
      "a provider's check of the endpoint by GET is answered as the provider says": /405/,
    },
  },
  {
    fault: 'answers GET by itself',
    mode: 'handler',
    answer(request, response) {
      if (request.method === 'GET') response.send('POST webhooks here');
      return request.method === 'GET';
    },
    caughtBy: { 'GET is answered 405, which allows POST': /the status/ },
  },
  {
    fault: 'echoes TRACE',
    mode: 'handler',
    answer(request, response) {
      if (request.method === 'TRACE') response.json(request.headers);
      return request.method === 'TRACE';
    },
    caughtBy: { 'TRACE never reaches the application': /TRACE is answered 200/ },
  },
  {
    fault: 'takes JSON alone',
    mode: 'handler',
    answer(request, response) {
      const isOther = !request.is('json');
      if (isOther) response.sendStatus(415);
      return isOther;
    },
    caughtBy: {
      'a form body is verified as its bytes came': /415|not JSON/,
      'a body without a content type is verified as its bytes came': /415|not JSON/,
    },
  },
  {
    fault: 'parses forms first',
    mode: 'handler',
    before: [express.urlencoded({ extended: true }), express.text()],
    caughtBy: {
      'a form body is verified as its bytes came': /the status/,
      'a text body is verified as its bytes came': /the status/,
    },
  },
  {
    fault: 'has a raw parser with a limit of its own before the receiver',
    mode: 'handler',
    before: [express.raw({ type: () => true, limit: '2mb' })],
    caughtBy: { "the receiver's limit is the one that counts, not the framework's": /refused with 413/ },
  },
  {
    fault: 'takes the part that came of an aborted body for the whole',
    mode: 'handler',
    receive: (incoming, request) => ({ ...incoming, body: () => whateverComes(request) }),
    caughtBy: {
      'a client that leaves in the middle of its body is told as `body_aborted`': /signature_mismatch/,
      'a client that leaves in the middle of a chunked body is told as `body_aborted`': /processed/,
    },
  },
  {
    fault: 'ends the connection after an answer',
    mode: 'handler',
    send: (request, response, answer) =>
      sendNodeResponse(request, response.setHeader('connection', 'close'), answer),
    caughtBy: {
      'a connection can be used again after each refusal': /refused with undefined/,
      'requests that are sent ahead of their answers are answered in order': /answered undefined/,
    },
  },
  {
    fault: 'leaves unread what a refused body still sends',
    mode: 'handler',
    send: (_request, response, { status, headers, body }) => {
      response.writeHead(status, headers).end(body, () => status === 413 && response.socket?.destroy());
    },
    caughtBy: {
      'what a chunked body too large still sends is read away, and the next request understood':
        /refused with undefined/,
    },
  },
  {
    fault: 'keeps no replay store',
    mode: 'handler',
    setup: (setup) => ({ ...setup, receiver: { ...setup.receiver, replay: false } }),
    caughtBy: {
      'of five copies at once one runs and the others are told to come back': /five copies/,
      'a copy is answered 200 without running anything, and told as `duplicate`': /the application ran/,
    },
  },
  {
    fault: 'never gives a delivery back',
    mode: 'handler',
    setup: withStore(() => ({ release: async () => {} })),
    caughtBy: {
      'a delivery whose application fails is given back, runs again when it is repeated, and then never more':
        /release/,
    },
  },
  {
    fault: 'answers before it commits',
    mode: 'handler',
    setup: withStore((store) => ({
      commit(claim, options) {
        void store.commit(claim, options);
        return true;
      },
    })),
    caughtBy: { 'who has read the answer can rely on the commit': /answered before the commit/ },
  },
];

const guards: readonly Faulty[] = [
  {
    fault: 'settles when the connection closes',
    mode: 'guard',
    settle: (response, settle) => void response.once('close', () => settle(response.statusCode)),
    caughtBy: {
      'a client that leaves before the answer settles nothing: what fails is given back':
        /a copy: the status/,
      'a streamed 2xx commits with its status, before the stream ends, and arrives whole': /outcome 1/,
    },
  },
  {
    fault: 'settles when the answer has been sent',
    mode: 'guard',
    settle: (response, settle) => void response.once('finish', () => settle(response.statusCode)),
    caughtBy: {
      'a client that leaves before the answer settles nothing: what is processed is committed': /outcome 3/,
      'who has read the answer can rely on the commit': /answered before the commit/,
    },
  },
  {
    fault: 'settles before the application runs',
    mode: 'guard',
    settle: (response, settle) => void settle(response.statusCode),
    caughtBy: {
      'every other status of a guarded application reaches the client as it was answered, and gives the delivery back':
        /handler_failed/,
      "a guarded application that throws is answered by its framework's error handler, and gives the delivery back":
        /handler_failed/,
      'a delivery whose application fails is given back, runs again when it is repeated, and then never more':
        /release|attempt/,
    },
  },
  {
    fault: 'takes whatever is answered for a success',
    mode: 'guard',
    settle: (response, settle) => settleOnResponse(response, () => settle(200)),
    caughtBy: {
      'every other status of a guarded application reaches the client as it was answered, and gives the delivery back':
        /processed/,
      'a streamed error gives the delivery back with its status, before the stream ends': /commit/,
      'a route that answers an error to a client that has left gives the delivery back': /commit/,
    },
  },
  {
    fault: 'commits what throws',
    mode: 'guard',
    failed(response, settle) {
      void settle(200);
      response.sendStatus(500);
    },
    caughtBy: {
      "a guarded application that throws is answered by its framework's error handler, and gives the delivery back":
        /a throw/,
    },
  },
  {
    fault: 'answers for an application that is late',
    mode: 'guard',
    setup: (setup) => ({
      ...setup,
      application: (webhook) =>
        new Promise((resolve, reject) => {
          const { schedule = () => () => {}, handlerTimeoutMs = 25_000 } = setup.receiver;
          schedule(() => resolve({ status: 503, body: null }), handlerTimeoutMs);
          setup.application(webhook).then(resolve, reject);
        }),
    }),
    caughtBy: {
      'an answer that is overdue behind a guard is told, and given to the client when it comes':
        /answered by somebody else|503/,
    },
  },
];

const ruleOf = (name: string) => {
  const found = adapterRules.find((rule) => rule.name === name);
  if (found === undefined) throw new Error(`no rule: ${name}`);
  return found;
};

const target = (fault: AdapterFault, mode: AdapterTarget['mode']): AdapterTarget => ({
  adapter: 'a faulty adapter',
  mode,
  patienceMs: 2_000,
  serve: (setup) => serveFaulty(fault, setup, mode),
});

describe('an adapter with one fault', () => {
  for (const { fault, mode, caughtBy, ...rest } of [...handlers, ...guards]) {
    for (const [name, message] of Object.entries(caughtBy)) {
      test(`that ${fault} (${mode}) breaks: ${name}`, async () => {
        const run = runRule(ruleOf(name), target(rest, mode));
        await expect(run).rejects.toMatchObject({
          name: 'AssertionError',
          message: expect.stringMatching(message),
        });
      });
    }
  }
});

describe('the same adapter without a fault', () => {
  const tried = [...handlers, ...guards].flatMap(({ mode, caughtBy }) =>
    Object.keys(caughtBy).map((name) => [mode, name] as const),
  );
  test.each([...new Map(tried.map((each) => [each.join(), each])).values()])(
    '(%s) keeps: %s',
    async (mode, name) => {
      expect(await runRule(ruleOf(name), { ...target({}, mode), patienceMs: undefined })).toEqual({
        tried: true,
      });
    },
  );
});
