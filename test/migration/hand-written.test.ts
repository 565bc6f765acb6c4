import { createHmac } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import { serve } from './harness.js';

const secret = 'a secret of more than sixteen bytes';
const parsedBody = () => import('./before/parsed-body.js');
const rawBody = () => import('./before/raw-body.js');
const after = () => import('./after/hand-written.js');

const paid = '{"id":"evt_1","type":"invoice.paid","data":{"amount":1}}';
const nowSeconds = (): string => String(Math.floor(Date.now() / 1000));
const hmac = (body: string, key = secret): string => createHmac('sha256', key).update(body).digest('hex');

/** The headers of the old wire format; only the body is signed. */
const headersFor = (body: string, changes: Readonly<Record<string, string>> = {}) => ({
  'x-signature': hmac(body),
  'x-timestamp': nowSeconds(),
  'x-event-id': 'evt_1',
  ...changes,
});

describe('the wire does not change', () => {
  test.each([
    ['before, the parsed body', parsedBody],
    ['before, the raw body', rawBody],
    ['after', after],
  ])('%s: a genuine delivery runs, an altered one does not', async (_name, load) => {
    const { post, booked } = await serve(load, { secret });
    expect((await post(headersFor(paid), paid)).status).toBe(200);
    expect((await post(headersFor(paid), paid.replace('"amount":1', '"amount":1000'))).status).toBe(401);
    expect(booked).toEqual([JSON.parse(paid)]);
  });
});

describe('`JSON.stringify(req.body)`', () => {
  const spellings = {
    'white space': '{ "id": "evt_1", "type": "invoice.paid", "data": {} }',
    'escapes beyond ASCII': '{"id":"evt_1","type":"invoice.paid","data":{"name":"Z\\u00fcrich"}}',
    'a number with its zeros': '{"id":"evt_1","type":"invoice.paid","data":{"amount":1.0}}',
    'an integer beyond 2^53': '{"id":"evt_1","type":"invoice.paid","data":{"order":9007199254740993}}',
  };

  test.each(Object.entries(spellings))('refused genuine deliveries: %s', async (_name, body) => {
    const before = await serve(parsedBody, { secret });
    expect((await before.post(headersFor(body), body)).status).toBe(401);
    const { post, booked } = await serve(after, { secret });
    expect((await post(headersFor(body), body)).status).toBe(200);
    expect(booked).toEqual([JSON.parse(body)]);
  });

  test('accepted bytes that nobody signed: a member that stands twice', async () => {
    const altered = paid.replace('"amount":1', '"amount":1000,"amount":1');
    const before = await serve(parsedBody, { secret });
    expect((await before.post(headersFor(paid), altered)).status).toBe(200);
    const { post, booked } = await serve(after, { secret });
    expect((await post(headersFor(paid), altered)).status).toBe(401);
    expect(booked).toEqual([]);
  });
});

describe('a secret that is not set', () => {
  test.each([
    ['the parsed body', parsedBody],
    ['the raw body', rawBody],
  ])('%s: let everybody sign, with the empty key', async (_name, load) => {
    const forged = { ...headersFor(paid), 'x-signature': hmac(paid, '') };
    const before = await serve(load);
    expect((await before.post(forged, paid)).status).toBe(200);
    expect(before.booked).toHaveLength(1);
    const { post, booked, warnings } = await serve(after);
    expect((await post(forged, paid)).status).toBe(401);
    expect(booked).toEqual([]);
    expect(warnings()).toContain('no_key');
  });
});

describe('`timingSafeEqual`', () => {
  test.each([
    ['a short signature', { 'x-signature': 'ab' }],
    ['no signature', { 'x-signature': '' }],
    ['another content type', { 'content-type': 'text/plain' }],
  ])('threw: %s of a stranger was a 500 with a stack trace', async (_name, changes) => {
    const before = await serve(rawBody, { secret });
    const answer = await before.post(headersFor(paid, changes), paid);
    expect(answer).toMatchObject({ status: 500, text: expect.stringMatching(/Error.*at /s) });
    const { post } = await serve(after, { secret });
    const { status, text } = await post(headersFor(paid, changes), paid);
    expect(status).toBeLessThan(500);
    expect(text).not.toMatch(/ at /);
  });
});

describe('headers that are not signed', () => {
  const captured = headersFor(paid);

  test.each([
    ['a new time and a new id', { 'x-timestamp': nowSeconds(), 'x-event-id': 'evt_2' }],
    ['no number for a time and a new id', { 'x-timestamp': 'never', 'x-event-id': 'evt_2' }],
  ])('let a captured delivery run again: %s', async (_name, changes) => {
    const before = await serve(rawBody, { secret });
    await before.post(captured, paid);
    expect((await before.post({ ...captured, ...changes }, paid)).status).toBe(200);
    expect(before.booked).toHaveLength(2);
    const { post, booked } = await serve(after, { secret });
    await post(captured, paid);
    const copy = await post({ ...captured, ...changes }, paid);
    expect(copy).toEqual({ status: 200, text: '{"received":true,"status":"duplicate"}' });
    expect(booked).toHaveLength(1);
  });
});

describe('the set of ids', () => {
  test('lost the event whose handler had failed once', async () => {
    const failsOnce = () => {
      let calls = 0;
      return () => {
        calls += 1;
        if (calls === 1) throw new Error('the database is down');
      };
    };
    const before = await serve(rawBody, { secret, book: failsOnce() });
    expect((await before.post(headersFor(paid), paid)).status).toBe(500);
    expect((await before.post(headersFor(paid), paid)).status).toBe(200);
    expect(before.booked).toHaveLength(1); // the call that failed: the retry was swallowed

    const { post, booked } = await serve(after, { secret, book: failsOnce() });
    expect((await post(headersFor(paid), paid)).status).toBe(500);
    expect(await post(headersFor(paid), paid)).toMatchObject({
      status: 200,
      text: '{"received":true,"status":"processed"}',
    });
    expect(booked).toHaveLength(2);
  });

  test('acknowledged a copy while the first one was still at work', async () => {
    let finish = (): void => {};
    const work = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const before = await serve(rawBody, { secret, book: () => work });
    const first = before.post(headersFor(paid), paid);
    await vi.waitFor(() => expect(before.booked).toHaveLength(1));
    expect((await before.post(headersFor(paid), paid)).status).toBe(200); // nobody knows yet how it ends

    const { post, booked } = await serve(after, { secret, book: () => work });
    const second = post(headersFor(paid), paid);
    await vi.waitFor(() => expect(booked).toHaveLength(1));
    expect((await post(headersFor(paid), paid)).status).toBe(503);
    finish();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
  });
});
