import { type Provider, type Scheme, standardWebhooks } from '@countersign/core';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import { describe, expect, it } from 'vitest';
import { buildRequest } from '../../src/attempt/build-request.js';
import { redacted } from '../../src/attempt/redact.js';
import { wireFormat } from '../../src/attempt/wire-format.js';
import type { StoredEvent } from '../../src/ports/records.js';
import { providers } from './providers.js';
import { NOW, OLD_SECRET, recordOf, SECRET, targetFor } from './targets.js';

const DATA =
  '{"name": "a-name-that-is-as-long-as-a-signature-is-and-longer-than-that", "sum": 12345678901234567890}';
const event: StoredEvent = {
  key: '1',
  id: 'evt_0123456789abcdefghijklmn',
  tenant: '',
  type: 'invoice.payment_method.declined',
  data: DATA,
  digest: '',
  timestampMs: NOW.getTime(),
};
const info = {
  endpointId: 'wh_0123456789abcdefghijklmn',
  deliveryId: 'dlv_0123456789abcdefghijklmn',
  attempt: 1,
  sentAt: NOW,
  test: false,
};
/** SHA-256 in hex or base64: what no text of these tests has beside signatures. */
const SIGNATURE = /[0-9a-f]{64}|[\w+/]{43}=/;

interface Told {
  readonly provider?: Provider;
  readonly alsoSign?: readonly Provider[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that was sent, as a receiver would show it, and what becomes of a text. */
async function sent({ provider = standardWebhooks, alsoSign = [], headers = {} }: Told = {}) {
  const secrets = [{ text: SECRET }, { text: OLD_SECRET, expiresInMs: 3_600_000 }];
  const clear = Object.entries(headers).map(([name, value]) => [name, `clear:${value}`]);
  const record = recordOf(secrets, { headers: Object.fromEntries(clear) });
  const target = targetFor({ ...record, id: info.endpointId });
  const wire = wireFormat(provider, alsoSign);
  const request = await buildRequest(event, info, target, wire);
  const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  const echo = [...lines, '', new TextDecoder().decode(request.body)].join('\r\n');
  const clean = (text: string, isCut = false): string =>
    redacted(text, { request, ids: [event.id, info.deliveryId], target, wire }, isCut);
  return { request, echo, clean };
}

describe.each(providers)('of what is sent for $name', (provider) => {
  it('no signature is left, neither the new nor the old one, in headers or body', async () => {
    const { echo, clean } = await sent({ provider });
    expect(echo).toMatch(SIGNATURE);
    expect(clean(echo)).not.toMatch(SIGNATURE);
    expect(clean(echo)).toContain('[redacted]');
  });

  it('the ids, the type and the data of the event stay', async () => {
    const { echo, clean } = await sent({ provider });
    const texts = [event.id, info.endpointId, info.deliveryId, event.type, ...DATA.split(/[ {}]+/)];
    const told = texts.filter((text) => echo.includes(text));
    expect(told).toContain(event.type);
    for (const text of told) expect(clean(echo)).toContain(text);
  });
});

describe('a signature', () => {
  it('of stripe is cut out of the list that it stands in', async () => {
    const { request, clean } = await sent({ provider: stripe });
    const list = request.headers['stripe-signature'] ?? '';
    expect(clean(list)).toBe(`t=${Math.floor(NOW.getTime() / 1000)},v1=[redacted],v1=[redacted]`);
  });

  it('of github is cut out behind its prefix', async () => {
    const { request, clean } = await sent({ provider: github });
    expect(clean(request.headers['x-hub-signature-256'] ?? '')).toBe('sha256=[redacted]');
  });

  it('of ragEngine is cut out of the body, too', async () => {
    const { request, clean } = await sent({ provider: ragEngine });
    const body = new TextDecoder().decode(request.body);
    const signature = request.headers['x-webhook-signature'] ?? '';
    expect(JSON.parse(clean(body))).toMatchObject({ event: event.type, signature: '[redacted]' });
    expect(clean(body)).not.toContain(signature);
  });

  it('that stands in the body alone is cut out there', async () => {
    const scheme: Scheme = {
      ...ragEngine.scheme,
      headers: [],
      read: () => ({ signatures: [] }),
      write: (message, signatures) => ({ ...ragEngine.scheme.write(message, signatures), headers: {} }),
    };
    const { request, echo, clean } = await sent({ provider: { ...ragEngine, name: 'own', scheme } });
    expect(request.headers).not.toHaveProperty('x-webhook-signature');
    expect(echo).toMatch(SIGNATURE);
    expect(clean(echo)).not.toMatch(SIGNATURE);
  });

  it('of each provider that signs also is cut out', async () => {
    const alsoSign = [github, deliveryFlow, dcisionai];
    const { request, echo, clean } = await sent({ alsoSign });
    for (const name of ['webhook-signature', 'x-hub-signature-256', 'x-signature', 'x-dcisionai-signature']) {
      expect(request.headers[name]).toMatch(SIGNATURE);
    }
    expect(clean(echo)).not.toMatch(SIGNATURE);
  });

  it('is cut out each time that it stands there', async () => {
    const { request, clean } = await sent({ provider: dcisionai });
    const signature = request.headers['x-dcisionai-signature'] ?? '';
    expect(clean(`got ${signature}, not ${signature}`)).toBe('got [redacted], not [redacted]');
  });
});

describe('the value of a custom header', () => {
  it('is cut out as a whole', async () => {
    const { clean } = await sent({ headers: { 'x-key': 'open sesame' } });
    expect(clean('x-key: open sesame!')).toBe('x-key: [redacted]!');
  });

  it('is cut out without the name of its scheme, too', async () => {
    const { clean } = await sent({ headers: { authorization: 'Bearer abcd-1234' } });
    expect(clean('the token abcd-1234 has expired')).toBe('the token [redacted] has expired');
    expect(clean('authorization: Bearer abcd-1234')).toBe('authorization: [redacted]');
  });

  it('stays where it is shorter than 4 characters', async () => {
    const { clean } = await sent({ headers: { 'x-zone': 'eu1', 'x-key': 'eu1 k3y', 'x-empty': '' } });
    expect(clean('in eu1 with k3y')).toBe('in eu1 with k3y');
    expect(clean('with eu1 k3y')).toBe('with [redacted]');
  });

  it('is cut out where it has 4 characters', async () => {
    const { clean } = await sent({ headers: { 'x-key': 'k3y5' } });
    expect(clean('k3y5 k3y')).toBe('[redacted] k3y');
  });

  it('that is part of another one leaves nothing of that', async () => {
    const { clean } = await sent({ headers: { 'x-part': 'abcd', 'x-all': 'abcd-efgh' } });
    expect(clean('abcd-efgh')).toBe('[redacted]');
  });

  it.each([
    ['JSON', 'say "hi" \\ now', 'say \\"hi\\" \\\\ now'],
    ['HTML', 'a<b>&c', 'a&lt;b&gt;&amp;c'],
    ['HTML, quotes left', `a&"b"'c'`, `a&amp;"b"'c'`],
    ['HTML, in an attribute', `a&"b"'c'`, `a&amp;&quot;b&quot;'c'`],
    ['HTML, in any attribute', `a&"b"'c'`, 'a&amp;&quot;b&quot;&#39;c&#39;'],
    ['HTML, in hexadecimal', `a"b"'c'`, 'a&#x22;b&#X022;&#x27;c&#x27;'],
    ['HTML, by names', `it's me`, 'it&apos;s me'],
    ['JSON of those who escape slashes', 'a/b+c', 'a\\/b+c'],
    ['JSON of those who escape what HTML minds', 'a+b<c', 'a\\u002Bb\\u003cc'],
    ['a URL', 'a/b+c=', 'a%2Fb%2bc%3D'],
  ])('is found as it stands in %s', async (_, value, spelling) => {
    const { clean } = await sent({ headers: { 'x-key': value } });
    expect(clean(`it is: ${spelling}.`)).toBe('it is: [redacted].');
    expect(clean(`it is: ${value}.`)).toBe('it is: [redacted].');
  });
});

it('leaves times readable, also where they are signed', async () => {
  for (const provider of providers) {
    const { echo, clean } = await sent({ provider });
    const times = echo.match(/\d{4}-\d\d-\d\dT[\d:.]+Z|\b\d{10}\b/g) ?? [];
    for (const time of times) expect(clean(echo)).toContain(time);
  }
});

describe('the value of a custom header, where it is not as it was sent,', () => {
  it('is cut out also where the text was cut within it', async () => {
    const { clean } = await sent({ headers: { 'x-key': 'open sesame' } });
    expect(clean('x-key: open ses', true)).toBe('x-key: [redacted]');
    expect(clean('x-key: open ses')).toBe('x-key: open ses');
    expect(clean('x-key: op', true)).toBe('x-key: op');
  });

  it('is found where it has escapes of its own among those of the text', async () => {
    const { clean } = await sent({ headers: { cookie: 'session="s%3Aabc.sig"; theme=dark' } });
    expect(clean('{"cookie":"session=\\"s%3Aabc.sig\\"; theme=dark"}')).toBe('{"cookie":"[redacted]"}');
  });

  it('is found in a form, with its spaces as plus signs', async () => {
    const { clean } = await sent({ headers: { 'x-key': 'top+secret value=' } });
    expect(clean('k=top%2Bsecret+value%3D')).toBe('k=[redacted]');
  });

  it('is found as user and password, and as the password alone', async () => {
    const basic = `Basic ${Buffer.from('user:hunter2pass').toString('base64')}`;
    const { clean } = await sent({ headers: { authorization: basic } });
    expect(clean('bad login user:hunter2pass')).toBe('bad login [redacted]');
    expect(clean('wrong password hunter2pass for user')).toBe('wrong password [redacted] for user');
  });
});

describe('values that others choose', () => {
  const SYMBOLS = '-^$.*+?()[]{}|\\\\/&%#;';
  it.each([
    ['4,096 of one symbol', '-'.repeat(4096)],
    ['all symbols, again and again', SYMBOLS.repeat(180)],
    ['what looks like a pattern', '(a+)+$(.*)*[^b]{2,}'],
    ['what looks like an escape', 'a%41&amp;b'],
  ])('are found, and are no pattern: %s', async (_, value) => {
    const { clean } = await sent({ headers: { 'x-key': value } });
    expect(clean(`it is: ${value}.`)).toBe('it is: [redacted].');
    expect(clean(`it is: ${JSON.stringify(value)}.`)).toBe('it is: "[redacted]".');
    expect(clean('it is not')).toBe('it is not');
  });

  // A step for each place of the text and of the value would be 10^9 of them, and last for minutes.
  it('cost what the text is long, also where they nearly stand in it everywhere', async () => {
    const headers = Object.fromEntries(
      Array.from({ length: 32 }, (_, index) => [
        `x-${index}`,
        `${'-'.repeat(2000)}${index}${'-'.repeat(2000)}`,
      ]),
    );
    const { clean } = await sent({ headers });
    const text = '-'.repeat(65_536);
    expect(clean(text)).toBe(text);
    expect(clean('&'.repeat(65_536))).toBe('&'.repeat(65_536));
  });
});

it('leaves a text alone that has nothing of it', async () => {
  const { clean } = await sent({ headers: { authorization: 'Bearer abcd-1234' } });
  const text = 'Something went wrong. $& $1 [0-9] (bearer)';
  expect(clean(text)).toBe(text);
});
