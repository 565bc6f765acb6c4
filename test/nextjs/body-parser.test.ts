import { afterAll, expect, test } from 'vitest';
import { startNext } from '../adapters/nextjs.js';
import { bench } from './bench.js';

const next = await startNext();
afterAll(() => next.close());

test.each([
  'application/json',
  'application/ld+json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'application/octet-stream',
  undefined,
])('an API Route without `bodyParser: false` is told so by name, for %s', async (type) => {
  const { deliver, signed, outcomes, settled } = await bench(next, { router: 'pages', parserFirst: true });
  const { headers: genuine, ...delivery } = await signed();
  const { 'content-type': _, ...others } = genuine;
  const headers = type === undefined ? others : { ...others, 'content-type': type };
  const answer = await deliver({ ...delivery, headers });
  expect(answer).toMatchObject({ status: 500, body: '{"received":false,"error":"internal error"}' });
  expect(outcomes.map(({ code }) => code)).toEqual(['body_already_parsed']);
  // Nothing was parsed there, and nothing is left to wait for: it is judged as the empty body that it is.
  expect((await deliver({ ...delivery, headers, body: new Uint8Array() })).status).toBe(401);
  expect(settled()).toEqual([]);
});
