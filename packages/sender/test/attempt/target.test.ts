import { inspect } from 'node:util';
import { github } from '@countersign/core/providers/github';
import { describe, expect, it, test } from 'vitest';
import { targetOf } from '../../src/attempt/target.js';
import { createVault, headerContext, secretContext } from '../../src/endpoint/vault.js';
import type { EndpointRecord } from '../../src/ports/records.js';
import { misuse, refusal } from '../refusal.js';
import { NOW, OLD_SECRET, recordOf, SECRET, targetFor } from './targets.js';

const vault = createVault({ keys: [{ id: 'k', key: new Uint8Array(32) }] });
const urlPolicy = {
  allowHttp: false,
  allowLocalNames: false,
  allowedPorts: [443],
  allowsAddress: () => false,
};
const defaults = {
  vault,
  urlPolicy,
  retry: { delaysMs: [0, 5], clientErrors: 'fail' },
  concurrency: 8,
} as const;
const target = (record: EndpointRecord) => targetOf(record, defaults, NOW.getTime());

const sealed: EndpointRecord = {
  ...recordOf([{ text: '' }], {
    headers: { authorization: vault.seal('Bearer x', headerContext('wh_1', 'authorization')) },
  }),
  secrets: [{ id: 's1', value: vault.seal(SECRET, secretContext('wh_1')) }],
};

test('headers are opened', () => {
  expect(target(sealed).headers).toEqual({ authorization: 'Bearer x' });
  expect(target(recordOf([{ text: SECRET }])).headers).toEqual({});
});

describe('what the endpoint leaves open', () => {
  it('is as the sender has it', () => {
    expect(target(sealed)).toMatchObject({
      concurrency: 8,
      plan: { delaysMs: [0, 5], clientErrors: 'fail' },
    });
  });

  it('is as the sender has it beside a schedule of its own', () => {
    const own = recordOf([{ text: SECRET }], { concurrency: 2, retry: { delaysMs: [7] } });
    expect(target(own)).toMatchObject({ concurrency: 2, plan: { delaysMs: [7], clientErrors: 'fail' } });
  });
});

describe('its URL', () => {
  it('is ready to be posted to', () => {
    expect(target(sealed).url).toEqual(new URL('https://example.com/hooks'));
  });

  it.each([
    'http://example.com/',
    'https://127.0.0.1/',
    'https://example.com:22/',
    'https://localhost/',
    'nonsense',
  ])('that the policy forbids by now (%s) says why, and throws nothing', (url) => {
    const own = recordOf([{ text: SECRET }], { url });
    expect(target(own).url).toEqual({ forbidden: expect.stringMatching(/^`url` /) });
  });
});

describe('what is missing or wrong', () => {
  it('a key is told', () => {
    const without = { ...defaults, vault: createVault(undefined) };
    expect(refusal(() => targetOf(sealed, without, NOW.getTime())).code).toBe('encryption_key_missing');
  });

  it('a record that was moved to another endpoint does not open', () => {
    expect(refusal(() => target({ ...sealed, id: 'wh_2' })).code).toBe('encryption_key_missing');
  });

  it('no secret at all is a mistake', () => {
    expect(misuse(() => target(recordOf([]))).code).toBe('invalid_secret');
  });
});

test('a secret signs for as long as the record says, from now on', () => {
  const { keys } = targetFor(recordOf([{ text: SECRET }, { text: OLD_SECRET, expiresInMs: 5000 }]));
  const at = (laterMs: number) => keys.forProvider(github, NOW.getTime() + laterMs).ids;
  expect([at(0), at(4999), at(5000)]).toEqual([['s1'], ['s1'], ['s2']]);
});

test('secrets do not show in what signs', () => {
  const { keys } = targetFor(recordOf([{ text: SECRET }, { text: OLD_SECRET, expiresInMs: 5 }]));
  const shown = inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify(keys);
  expect(shown).not.toContain(SECRET.slice(6));
  expect(shown).not.toContain(OLD_SECRET.slice(6));
});
