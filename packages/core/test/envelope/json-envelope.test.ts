import { describe, expect, it } from 'vitest';
import { JsonText } from '../../src/bytes/json.js';
import { jsonEnvelope } from '../../src/envelope/json-envelope.js';
import type { DeliveryInfo, Outgoing } from '../../src/envelope/port.js';
import { WebhookError } from '../../src/errors/webhook-error.js';
import { thrownBy } from '../verify/refusal.js';

const AT = '2026-01-15T10:30:00.250Z';
const envelope = jsonEnvelope({
  fields: {
    type: { body: 'meta.type' },
    id: { body: 'id' },
    timestamp: { body: 'at', time: 'iso' },
    sentAt: { body: 'sent', time: 'milliseconds' },
  },
  data: 'payload',
  repeats: { 'x-type': 'meta.type' },
});
const whole = {
  meta: { type: 'order.paid' },
  id: 'evt_1',
  at: AT,
  sent: 1_768_473_000_250,
  payload: { a: 1 },
};
const none = (): undefined => undefined;
const headers = (values: Readonly<Record<string, string>>) => (name: string) => values[name];

describe('decode', () => {
  it('reads type, id, times and data from their places', () => {
    expect(envelope.decode(whole, none)).toEqual({
      type: 'order.paid',
      id: 'evt_1',
      timestamp: new Date(AT),
      sentAt: new Date(AT),
      data: { a: 1 },
    });
  });

  it('reads them from headers', () => {
    const inHeaders = jsonEnvelope({
      fields: { type: { header: 'x-type' }, id: { header: 'x-id' }, timestamp: { header: 'x-at' } },
    });
    const decoded = inHeaders.decode({ a: 1 }, headers({ 'x-type': 'ping', 'x-id': '7', 'x-at': AT }));
    expect(decoded).toEqual({
      type: 'ping',
      id: '7',
      timestamp: new Date(AT),
      sentAt: undefined,
      data: { a: 1 },
    });
  });

  it.each([undefined, null])('leaves a time out that is %s', (value) => {
    const decoded = envelope.decode({ ...whole, at: value, sent: value }, none);
    expect([decoded.timestamp, decoded.sentAt]).toEqual([undefined, undefined]);
  });

  it.each([
    ['the payload is missing', { payload: undefined }, undefined],
    ['the payload is null', { payload: null }, null],
  ])('takes it as it is when %s', (_name, change, data) => {
    expect(envelope.decode({ ...whole, ...change }, none).data).toBe(data);
  });

  it.each<readonly [name: string, json: unknown]>([
    ['an array', []],
    ['null', null],
    ['a text', 'order.paid'],
    ['a number', 1],
  ])('finds nothing in %s, and takes it as data where only headers are read', (_name, json) => {
    expect(thrownBy(() => envelope.decode(json, none))).toMatchObject({
      code: 'malformed_envelope',
      status: 400,
    });
    const inHeader = jsonEnvelope({ fields: { type: { header: 'x-type' } } });
    expect(inHeader.decode(json, headers({ 'x-type': 'ping' }))).toMatchObject({ type: 'ping', data: json });
  });

  it('knows a type that is always the same', () => {
    const constant = jsonEnvelope({ fields: { type: { value: 'sms.received' } } });
    expect(constant.decode({ a: 1 }, none)).toMatchObject({ type: 'sms.received', data: { a: 1 } });
  });

  const TYPE = '`meta.type` must be the event type, a text of 1 to 256 characters';
  const ID = '`id` must be the id, 1 to 256 visible ASCII characters';
  it.each<readonly [name: string, change: object, code: string, message: string]>([
    ['no type', { meta: {} }, 'malformed_envelope', TYPE],
    ['an empty type', { meta: { type: '' } }, 'malformed_envelope', TYPE],
    ['a type that is no text', { meta: { type: 1 } }, 'malformed_envelope', TYPE],
    ['a type of 257 characters', { meta: { type: 'a'.repeat(257) } }, 'malformed_envelope', TYPE],
    ['a text where the path goes on', { meta: 'order.paid' }, 'malformed_envelope', TYPE],
    ['no id', { id: undefined }, 'malformed_identity', ID],
    ['a number as id', { id: 1 }, 'malformed_identity', ID],
    ['an empty id', { id: '' }, 'malformed_identity', ID],
    ['an id of 257 characters', { id: 'a'.repeat(257) }, 'malformed_identity', ID],
    ['an id with white space', { id: 'a b' }, 'malformed_identity', ID],
    ['an id with NUL', { id: 'a\0' }, 'malformed_identity', ID],
    ['an id beyond ASCII', { id: 'é' }, 'malformed_identity', ID],
  ])('refuses %s', (_name, change, code, message) => {
    expect(thrownBy(() => envelope.decode({ ...whole, ...change }, none))).toMatchObject({
      code,
      message,
      status: 400,
    });
  });

  it.each<readonly [name: string, value: unknown]>([
    ['a text that is no time', 'yesterday'],
    ['an empty text', ''],
    ['a number where RFC 3339 is declared', 1_768_473_000],
    ['true', true],
    ['an object', {}],
    ['an object that cannot become a text', { toString: null }],
    ['an object that hides its methods', { toString: 1, valueOf: 1 }],
    ['a list of one time', [AT]],
    ['an empty list', []],
  ])('refuses %s as a time', (_name, at) => {
    const error = thrownBy(() => envelope.decode({ ...whole, at }, none));
    expect(error).toBeInstanceOf(WebhookError);
    expect(error).toMatchObject({ code: 'malformed_envelope', message: '`at` must be a time (iso)' });
  });

  it.each<readonly [name: string, sent: unknown]>([
    ['a negative number', -1],
    ['a number beyond all dates', 1e16],
    ['a time of another unit', AT],
    ['digits that are not canonical', '01768473000250'],
    ['a list of one number', [1_768_473_000_250]],
  ])('refuses %s as milliseconds', (_name, sent) => {
    expect(thrownBy(() => envelope.decode({ ...whole, sent }, none))).toMatchObject({
      code: 'malformed_envelope',
      message: '`sent` must be a time (milliseconds)',
    });
  });

  it.each<readonly ['seconds' | 'milliseconds', value: unknown, iso: string]>([
    ['seconds', 1_768_473_000, '2026-01-15T10:30:00.000Z'],
    ['seconds', 1_768_473_000.25, '2026-01-15T10:30:00.250Z'],
    ['seconds', '1768473000', '2026-01-15T10:30:00.000Z'],
    ['milliseconds', 1_768_473_000_250, AT],
    ['milliseconds', 1_768_473_000_250.9, AT],
    ['milliseconds', '1768473000250', AT],
    ['milliseconds', 0, '1970-01-01T00:00:00.000Z'],
  ])('reads %s from %j', (time, at, iso) => {
    const timed = jsonEnvelope({ fields: { type: { body: 'type' }, timestamp: { body: 'at', time } } });
    expect(timed.decode({ type: 'x', at }, none).timestamp?.toISOString()).toBe(iso);
  });

  it('looks at own members alone, whatever they are called', () => {
    const odd = jsonEnvelope({ fields: { type: { body: '__proto__.type' }, id: { body: 'constructor' } } });
    expect(odd.decode(JSON.parse('{"__proto__":{"type":"x"},"constructor":"y"}'), none)).toMatchObject({
      type: 'x',
      id: 'y',
    });
    expect(() => odd.decode({ constructor: undefined }, none)).toThrow('must be the event type');
    for (const data of ['constructor', '__proto__', 'toString']) {
      const inherited = jsonEnvelope({ fields: { type: { body: 'type' } }, data });
      expect(inherited.decode({ type: 'x' }, none).data).toBeUndefined();
    }
  });

  it.each([
    [{ 'x-type': 'order.paid' }, undefined],
    [{}, undefined],
    [{ 'x-type': 'order.refunded' }, 'header_mismatch'],
    [{ 'x-type': 'ORDER.PAID' }, 'header_mismatch'],
    [{ 'x-type': '' }, 'header_mismatch'],
  ])('compares a header that repeats a member: %j', (given, code) => {
    const decode = () => envelope.decode(whole, headers(given));
    if (code === undefined) expect(decode().type).toBe('order.paid');
    else expect(decode).toThrow(expect.objectContaining({ code, status: 400 }));
  });
});

describe('encode', () => {
  const event: Outgoing = {
    id: 'evt_1',
    type: 'order.paid',
    timestamp: new Date(AT),
    data: { b: 2, a: 'é' },
  };
  const delivery: DeliveryInfo = { endpointId: 'ep_1', deliveryId: 'dlv_1', attempt: 1, test: false };

  it('writes members in their order, and leaves undefined ones out', () => {
    const { encode } = jsonEnvelope({
      fields: { type: { body: 'type' } },
      members: ({ type, data }, { attempt }) => ({ z: attempt, type, none: undefined, data, nil: null }),
    });
    expect(Buffer.from(encode(event, delivery).body).toString()).toBe(
      '{"z":1,"type":"order.paid","data":{"b":2,"a":"é"},"nil":null}',
    );
  });

  it('writes JSON text as it stands', () => {
    const { encode } = jsonEnvelope({
      fields: { type: { body: 'type' } },
      members: ({ data }) => ({ data }),
    });
    const text = '{"n": 1e+16,  "n2": 1.0}';
    expect(Buffer.from(encode({ ...event, data: new JsonText(text) }, delivery).body).toString()).toBe(
      `{"data":${text}}`,
    );
  });

  it('writes the payload alone where there are no members', () => {
    const { encode } = jsonEnvelope({
      fields: { type: { header: 'x-type' } },
      headers: ({ type }) => ({ 'x-type': type }),
    });
    const { body, headers: written } = encode(event, delivery);
    expect(Buffer.from(body).toString()).toBe('{"b":2,"a":"é"}');
    expect(written).toEqual({ 'content-type': 'application/json', 'x-type': 'order.paid' });
  });
});
