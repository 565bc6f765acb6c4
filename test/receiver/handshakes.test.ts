import { createHmac } from 'node:crypto';
import {
  type HandshakeInput,
  hmacScheme,
  jsonEnvelope,
  type Provider,
  WebhookError,
  type WebhookResponse,
} from '@countersign/core';
import { fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { type BufferedRequest, delivery, scriptedStore, stage, textOf, textSecret } from './harness.js';

const encoder = new TextEncoder();

function textAnswer(text: string): WebhookResponse {
  const body = encoder.encode(text);
  return {
    status: 200,
    headers: { 'content-type': 'text/plain', 'content-length': String(body.length) },
    body,
  };
}

/** A system that checks an endpoint by a challenge in the query of a GET, as Meta and Dropbox do. */
function challenger(handshake: Provider['handshake']): Provider {
  return {
    name: 'challenger',
    scheme: hmacScheme({
      name: 'challenger',
      content: '{timestamp}.{body}',
      signature: { header: 'x-signature', encoding: 'hex' },
      timestamp: { header: 'x-timestamp' },
    }),
    envelope: jsonEnvelope({ fields: { type: { body: 'type' } }, data: 'data' }),
    handshake,
  };
}

function echo({ method, url }: HandshakeInput): WebhookResponse | undefined {
  const challenge = new URL(url, 'http://unused').searchParams.get('challenge');
  return method === 'GET' && challenge !== null ? textAnswer(challenge) : undefined;
}

function get(url: string, method = 'GET'): BufferedRequest {
  return { method, url, headers: {}, body: new Uint8Array() };
}

describe('a challenge in the query of a GET', () => {
  test('is answered as the provider says, before 405', async () => {
    const { receiver, outcomes } = stage({ provider: challenger(echo) });
    receiver.onUnhandled(() => {});
    const answer = await receiver.handle(get('/hooks?challenge=abc%26d'));
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain' } });
    expect(textOf(answer)).toBe('abc&d');
    expect(outcomes).toMatchObject([{ kind: 'accepted', code: 'handshake', status: 200 }]);
  });

  test('runs no handler, takes no claim, and is not verified', async () => {
    const clock = fakeClock();
    const store = scriptedStore(clock);
    const seen: unknown[] = [];
    const provider = challenger((input) => {
      seen.push(input.verified);
      return echo(input);
    });
    const { receiver } = stage({ provider, replay: store }, clock);
    let runs = 0;
    receiver.onUnhandled(() => {
      runs += 1;
    });
    await receiver.handle(get('/?challenge=x'));
    expect([runs, store.calls, seen]).toEqual([0, [], [undefined]]);
  });

  test.each([
    ['GET without a challenge', 'GET', '/hooks'],
    ['HEAD', 'HEAD', '/hooks?challenge=x'],
    ['OPTIONS', 'OPTIONS', '/hooks?challenge=x'],
    ['PUT', 'PUT', '/hooks?challenge=x'],
    ['post in lower case', 'post', '/hooks?challenge=x'],
  ])('%s is 405', async (_name, method, url) => {
    const { receiver } = stage({ provider: challenger(echo) });
    receiver.onUnhandled(() => {});
    expect(await receiver.handle(get(url, method))).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
    });
  });

  test('a guard answers it too', async () => {
    const { receiver, codes } = stage({ provider: challenger(echo) });
    const acceptance = await receiver.accept(get('/?challenge=x'));
    expect(acceptance).toMatchObject({ accepted: false, response: { status: 200 } });
    expect(codes()).toEqual(['handshake']);
  });

  test('may ask for a MAC with the first valid secret', async () => {
    const startMs = fakeClock().now();
    const secrets = [
      { id: 'later', secret: 'the-secret-of-next-year', notBefore: new Date(startMs + 1) },
      { id: 'now', secret: textSecret },
    ];
    const provider = challenger(async ({ sign }) => textAnswer(await sign(['token'], 'hex')));
    const { receiver } = stage({ provider, secrets });
    receiver.onUnhandled(() => {});
    const mac = createHmac('sha256', textSecret).update('token').digest('hex');
    expect(textOf(await receiver.handle(get('/')))).toBe(mac);
  });

  test('a MAC without a secret is 401', async () => {
    const provider = challenger(async ({ sign }) => textAnswer(await sign(['token'], 'hex')));
    const { receiver, codes } = stage({ provider, secrets: () => undefined });
    receiver.onUnhandled(() => {});
    expect((await receiver.handle(get('/'))).status).toBe(401);
    expect(codes()).toEqual(['no_key']);
  });
});

describe('a challenge in a signed body', () => {
  const answering: Provider['handshake'] = async ({ verified, sign }) => {
    if (typeof verified !== 'object' || verified === null || !('challenge' in verified)) return undefined;
    return textAnswer(await sign([String(verified.challenge)], 'base64'));
  };
  const body = '{"challenge":"c-1"}';
  const mac = createHmac('sha256', textSecret).update('c-1').digest('base64');

  test('is answered once its signature holds, whatever its envelope lacks', async () => {
    const provider = challenger(answering);
    const { clock, receiver, codes } = stage({ provider });
    receiver.onUnhandled(() => {});
    expect(textOf(await receiver.handle(await delivery(clock, { provider, body })))).toBe(mac);
    expect(codes()).toEqual(['handshake']);
  });

  test('with a wrong signature it is 401, and the provider is not asked', async () => {
    let asked = 0;
    const provider = challenger((input) => {
      asked += 1;
      return answering?.(input);
    });
    const { clock, receiver } = stage({ provider });
    receiver.onUnhandled(() => {});
    const request = await delivery(clock, { provider, body, secret: 'another-secret-entirely' });
    const answer = await receiver.handle(request);
    expect(answer.status).toBe(401);
    expect(textOf(answer)).not.toContain(mac);
    expect(asked).toBe(0);
  });

  test('can be repeated: it takes no claim', async () => {
    const provider = challenger(answering);
    const { clock, receiver, codes } = stage({ provider });
    receiver.onUnhandled(() => {});
    const request = await delivery(clock, { provider, body });
    for (let n = 0; n < 3; n += 1) expect((await receiver.handle(request)).status).toBe(200);
    expect(codes()).toEqual(['handshake', 'handshake', 'handshake']);
  });

  test('every other signed body goes its way', async () => {
    const provider = challenger(answering);
    const { clock, receiver, codes } = stage({ provider });
    receiver.onUnhandled(() => {});
    await receiver.handle(await delivery(clock, { provider, body: '{"type":"a","data":{}}' }));
    expect(codes()).toEqual(['processed']);
  });

  test('the answer is made with the secret that the check was signed with', async () => {
    const provider = challenger(answering);
    const { clock, receiver } = stage({ provider, secrets: ['the-secret-of-next-year', textSecret] });
    receiver.onUnhandled(() => {});
    expect(textOf(await receiver.handle(await delivery(clock, { provider, body })))).toBe(mac);
  });

  test('the secrets are looked up once', async () => {
    let lookups = 0;
    const secrets = () => {
      lookups += 1;
      return textSecret;
    };
    const provider = challenger(answering);
    const { clock, receiver } = stage({ provider, secrets });
    receiver.onUnhandled(() => {});
    await receiver.handle(await delivery(clock, { provider, body }));
    expect(lookups).toBe(1);
  });
});

describe('a handshake that fails', () => {
  test.each<[string, Provider['handshake'], number]>([
    [
      'throws',
      () => {
        throw new Error('text of the provider');
      },
      500,
    ],
    ['rejects', () => Promise.reject(new Error('text of the provider')), 500],
    [
      'refuses by name',
      () => {
        throw new WebhookError('malformed_envelope', 'text of the provider');
      },
      400,
    ],
    ['asks for a header that is missing', (input) => textAnswer(input.header('x-challenge')), 400],
  ])('one that %s is answered, and its text stays here', async (_name, handshake, status) => {
    const { receiver } = stage({ provider: challenger(handshake) });
    receiver.onUnhandled(() => {});
    const answer = await receiver.handle(get('/'));
    expect(answer.status).toBe(status);
    expect(textOf(answer)).not.toContain('provider');
  });
});
