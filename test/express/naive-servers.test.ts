import { createHmac } from 'node:crypto';
import type { ReplayStore } from '@countersign/core';
import { type AdapterSetup, attacks, runRule } from '@countersign/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectedSignature, type Fault, first, secretOf, serveNaively, signedAnew } from './naive-servers.js';

interface Naive extends Fault {
  readonly fault: string;
  /** The attacks that succeed, by number, and what their failure says. */
  readonly caughtBy: Readonly<Record<number, RegExp>>;
}

const ran = /the application ran/;

/** A setup whose store has some methods replaced. */
const withStore =
  (methods: (store: ReplayStore) => Partial<ReplayStore>) =>
  (setup: AdapterSetup): AdapterSetup => {
    const { replay } = setup.receiver;
    if (typeof replay !== 'object') throw new Error('this fault needs a store');
    return { ...setup, receiver: { ...setup.receiver, replay: { ...replay, ...methods(replay) } } };
  };

const naive: readonly Naive[] = [
  {
    fault: 'verifies JSON.stringify(req.body)',
    parsesJson: true,
    caughtBy: { 2: /signed: .*the application ran/s, 8: ran, 18: /401/ },
  },
  {
    fault: 'builds the signed content with String.replace',
    rewrite(incoming, setup) {
      const content = '{body}'.replace('{body}', Buffer.from(incoming.body).toString());
      const isGenuine = expectedSignature(incoming, setup, content) === first(incoming, 'webhook-signature');
      return isGenuine ? signedAnew(incoming, setup) : incoming;
    },
    caughtBy: { 1: ran },
  },
  {
    fault: 'compares as many characters as the signature has',
    rewrite(incoming, setup) {
      const given = first(incoming, 'webhook-signature');
      const isGenuine =
        given.length > 2 && expectedSignature(incoming, setup, incoming.body).startsWith(given);
      return isGenuine ? signedAnew(incoming, setup) : incoming;
    },
    caughtBy: { 12: ran },
  },
  {
    fault: 'decodes signatures leniently',
    rewrite(incoming, setup) {
      const decode = (value: string): Buffer => Buffer.from(value.slice('v1,'.length), 'base64');
      const given = decode(first(incoming, 'webhook-signature'));
      const isGenuine = given.equals(decode(expectedSignature(incoming, setup, incoming.body)));
      return isGenuine ? signedAnew(incoming, setup) : incoming;
    },
    caughtBy: { 12: ran },
  },
  {
    fault: 'reads the time with parseInt',
    rewrite(incoming, setup) {
      const isGenuine =
        expectedSignature(incoming, setup, incoming.body) === first(incoming, 'webhook-signature');
      const seconds = Number.parseInt(first(incoming, 'webhook-timestamp'), 10);
      return isGenuine && seconds > 0 ? signedAnew(incoming, setup, seconds) : incoming;
    },
    caughtBy: { 13: ran },
  },
  {
    fault: 'takes the first of two headers',
    rewrite: (incoming) => ({
      ...incoming,
      headers: Object.fromEntries(Object.keys(incoming.headers).map((name) => [name, first(incoming, name)])),
    }),
    caughtBy: { 11: /twice: (the application ran|the status)/ },
  },
  {
    fault: 'takes a secret that the request brings along',
    rewrite(incoming, setup) {
      const secrets = first(incoming, 'webhook-secret');
      if (!secrets.startsWith('whsec_')) return incoming;
      const own = expectedSignature(
        incoming,
        { ...setup, receiver: { ...setup.receiver, secrets } },
        incoming.body,
      );
      return own === first(incoming, 'webhook-signature') ? signedAnew(incoming, setup) : incoming;
    },
    caughtBy: { 10: ran },
  },
  {
    fault: 'keeps no replay store',
    setup: (setup) => ({ ...setup, receiver: { ...setup.receiver, replay: false } }),
    caughtBy: { 7: /a third copy: the application ran/, 21: ran, 23: ran },
  },
  {
    fault: 'remembers a delivery before it is processed',
    setup: withStore((store) => ({
      async claim(claim, options) {
        const answer = await store.claim(claim, options);
        const commit = { ttlMs: 1e9, guardMs: 1e9, signal: options.signal };
        if (answer === 'claimed') await store.commit(claim, commit);
        return answer;
      },
    })),
    caughtBy: { 7: /the retry: answered 200, but the application has not run/ },
  },
  {
    fault: 'claims what another process has claimed',
    setup: withStore((store) => ({
      async claim(claim, options) {
        const answer = await store.claim(claim, options);
        return answer === 'in_progress' ? 'claimed' : answer;
      },
    })),
    caughtBy: { 24: /not exactly one of ten copies ran/ },
  },
  {
    fault: 'lets deliveries through while its store is down',
    setup: withStore((store) => ({
      async claim(claim, options) {
        try {
          return await store.claim(claim, options);
        } catch {
          return 'claimed';
        }
      },
    })),
    caughtBy: { 9: /a store that throws: the application ran/ },
  },
  {
    fault: 'parses before it verifies',
    answer(body, response) {
      try {
        JSON.parse(body.toString());
        return false;
      } catch (error) {
        response.status(400).json({ error: String(error) });
        return true;
      }
    },
    caughtBy: { 16: /not signed, and no event.*: the status/ },
  },
  {
    fault: 'takes the signed URL from X-Forwarded headers',
    rewrite(incoming, setup, request) {
      const [proto, host] = [first(incoming, 'x-forwarded-proto'), first(incoming, 'x-forwarded-host')];
      const hex = (url: string): string =>
        createHmac('sha256', secretOf(setup)).update(url).update(incoming.body).digest('hex');
      const isGenuine = hex(`${proto}://${host}${request.originalUrl}`) === first(incoming, 'x-signature');
      if (!isGenuine) return incoming;
      return {
        ...incoming,
        headers: { ...incoming.headers, 'x-signature': hex('https://hooks.example/webhooks') },
      };
    },
    caughtBy: { 22: ran },
  },
  {
    fault: 'answers with what went wrong',
    saysWhy: true,
    caughtBy: { 26: /the body has other members/ },
  },
];

const attackNumber = (number: number) => {
  const found = attacks.find((attack) => attack.number === number);
  if (found === undefined) throw new Error(`no attack ${number}`);
  return found;
};

const target = (fault: Fault) => ({
  adapter: 'a naive server',
  mode: 'handler' as const,
  serve: (setup: Parameters<typeof serveNaively>[1]) => serveNaively(fault, setup),
});

describe('a server with one fault', () => {
  for (const { fault, caughtBy, ...rest } of naive) {
    for (const [number, message] of Object.entries(caughtBy)) {
      test(`that ${fault} falls to attack ${number}`, async () => {
        const run = runRule(attackNumber(Number(number)), target(rest));
        await expect(run).rejects.toMatchObject({
          name: 'AssertionError',
          message: expect.stringMatching(message),
        });
      });
    }
  }

  test('that leaves a promise floating falls to attack 27', async () => {
    // The test runner fails for an unhandled rejection as well, which is what this test is about.
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    onTestFinished(() => {
      for (const listener of listeners) process.on('unhandledRejection', listener);
    });
    const floating: Fault = {
      rewrite(incoming) {
        void Promise.reject(new Error('nobody catches this'));
        return incoming;
      },
    };
    await expect(runRule(attackNumber(27), target(floating))).rejects.toThrow(/unhandled rejection/);
  });
});

describe('the same server without a fault', () => {
  const numbers = new Set(naive.flatMap(({ caughtBy }) => Object.keys(caughtBy).map(Number)).concat(27));
  for (const number of numbers) {
    test(`withstands attack ${number}`, async () => {
      expect(await runRule(attackNumber(number), target({}))).toEqual({ tried: true });
    });
  }
});
