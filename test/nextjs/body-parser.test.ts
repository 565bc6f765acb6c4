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
  // Nothing was parsed there, and nothing is left to wait for.
  expect((await deliver({ ...delivery, headers, body: new Uint8Array() })).status).toBeGreaterThanOrEqual(
    400,
  );
  expect(settled()).toEqual([]);
});
