import { Readable } from 'node:stream';
import { webhookGuard } from '@countersign/express';
import type { RequestHandler } from 'express';
import { describe, expect, test } from 'vitest';
import { bench, versions } from './bench.js';

interface Way {
  readonly how: string;
  readonly answer: RequestHandler;
  readonly status: number;
  readonly body?: string | RegExp;
  /** Where only one version can. */
  readonly only?: string;
}

const fails = (): never => {
  throw new Error('the route failed');
};

const successes: readonly Way[] = [
  {
    how: 'res.json',
    answer: (_request, response) => void response.json({ a: 1 }),
    status: 200,
    body: '{"a":1}',
  },
  {
    how: 'res.status(201).json',
    answer: (_request, response) => void response.status(201).json(null),
    status: 201,
    body: 'null',
  },
  { how: 'res.send', answer: (_request, response) => void response.send('text'), status: 200, body: 'text' },
  {
    how: 'res.sendStatus(204)',
    answer: (_request, response) => void response.sendStatus(204),
    status: 204,
    body: '',
  },
  { how: 'res.end', answer: (_request, response) => void response.end(), status: 200, body: '' },
  {
    how: 'res.end with a body',
    answer: (_request, response) => void response.end('text'),
    status: 200,
    body: 'text',
  },
  {
    how: 'res.end with an encoding and a callback',
    answer: (_request, response) => void response.end('74657874', 'hex', () => {}),
    status: 200,
    body: 'text',
  },
  {
    how: 'res.writeHead',
    answer: (_request, response) => void response.writeHead(202, { 'x-own': '1' }).end('text'),
    status: 202,
    body: 'text',
  },
  {
    how: 'res.write',
    answer(_request, response) {
      response.write('te');
      response.write('xt');
      response.end();
    },
    status: 200,
    body: 'text',
  },
  {
    how: 'a pipe',
    answer: (_request, response) => void Readable.from(['te', 'xt']).pipe(response),
    status: 200,
    body: 'text',
  },
  {
    how: 'res.sendFile',
    answer: (_request, response) => response.sendFile(import.meta.filename),
    status: 200,
    body: /a pipe/,
  },
  {
    how: 'a later turn',
    answer: (_request, response) => void setImmediate(() => response.sendStatus(200)),
    status: 200,
    body: 'OK',
  },
  {
    how: 'an async route',
    answer: async (_request, response) => void response.status(299).send('text'),
    status: 299,
    body: 'text',
  },
];

const failures: readonly Way[] = [
  { how: 'a redirect', answer: (_request, response) => response.redirect('/elsewhere'), status: 302 },
  { how: 'res.sendStatus(304)', answer: (_request, response) => void response.sendStatus(304), status: 304 },
  {
    how: 'res.status(400).json',
    answer: (_request, response) => void response.status(400).json({}),
    status: 400,
    body: '{}',
  },
  {
    how: 'res.writeHead(500)',
    answer: (_request, response) => void response.writeHead(500).end('text'),
    status: 500,
    body: 'text',
  },
  { how: 'a throw', answer: fails, status: 500 },
  {
    how: 'next(error)',
    answer: (_request, _response, next) => next(new Error('the route failed')),
    status: 500,
  },
  {
    how: 'an error with a status',
    answer: (_request, _response, next) => next(Object.assign(new Error('no'), { status: 418 })),
    status: 418,
  },
  { how: 'an async route that rejects', answer: async () => fails(), status: 500, only: 'express 5' },
  { how: 'no route left, which is 404', answer: (_request, _response, next) => next(), status: 404 },
];

describe.each(versions)('%s: a guarded route that answers by', (version, create) => {
  const applies = ({ only }: Way): boolean => only === undefined || only === version;

  for (const { how, answer, status, body } of successes.filter(applies)) {
    test(`${how} is committed`, async () => {
      let runs = 0;
      const { deliver, signed, settled, outcomes } = await bench({
        create,
        mount: (app, receiver) =>
          app.post('/webhooks', webhookGuard(receiver), (request, response, next) => {
            runs += 1;
            return answer(request, response, next);
          }),
      });
      const request = await signed();
      expect(await deliver(request)).toMatchObject({
        status,
        body: typeof body === 'string' ? body : expect.stringMatching(body ?? ''),
      });
      expect(settled()).toEqual(['claim: claimed', 'commit: true']);
      expect(await deliver(request)).toMatchObject({
        status: 200,
        body: '{"received":true,"status":"duplicate"}',
      });
      expect(runs).toBe(1);
      expect(outcomes.map(({ code }) => code)).toEqual(['processed', 'duplicate']);
    });
  }

  for (const { how, answer, status, body = '' } of failures.filter(applies)) {
    test(`${how} gives the delivery back, and the retry runs`, async () => {
      let runs = 0;
      const { deliver, signed, settled, outcomes } = await bench({
        create,
        mount: (app, receiver) =>
          app.post('/webhooks', webhookGuard(receiver), (request, response, next) => {
            runs += 1;
            if (runs > 1) response.sendStatus(204);
            else return answer(request, response, next);
          }),
      });
      const request = await signed();
      expect(await deliver(request)).toMatchObject({ status, body: expect.stringMatching(body) });
      expect(settled()).toEqual(['claim: claimed', 'release']);
      expect((await deliver(request)).status).toBe(204);
      expect(runs).toBe(2);
      expect(outcomes).toMatchObject([
        { kind: 'refused', code: 'handler_failed', status },
        { kind: 'accepted', code: 'processed' },
      ]);
    });
  }
});
