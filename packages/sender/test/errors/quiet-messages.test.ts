import { inspect } from 'node:util';
import { standardWebhooks } from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { checkSignable } from '../../src/attempt/check-signable.js';
import { wireFormat } from '../../src/attempt/wire-format.js';
import { chosen, type EndpointRules } from '../../src/endpoint/endpoint-input.js';
import { checkedOverlap, checkedSecretText } from '../../src/endpoint/secrets.js';
import { DEFAULT_PORTS } from '../../src/endpoint/url-policy.js';
import { createVault } from '../../src/endpoint/vault.js';
import { checkNames, checkOptions, checkPart } from '../../src/errors/names.js';
import { isSenderError } from '../../src/errors/sender-error.js';
import { newEvent } from '../../src/event/new-event.js';
import { checkedId, checkedLimit, scopeOf } from '../../src/ids/scope.js';
import { NOW, recordOf, targetFor } from '../attempt/targets.js';

const TEXT = 'hunter22 must not be told';
const vault = createVault(undefined);
const rules: EndpointRules = {
  urlPolicy: {
    allowHttp: false,
    allowLocalNames: false,
    allowedPorts: DEFAULT_PORTS,
    allowsAddress: () => false,
  },
  reservedHeaders: wireFormat(standardWebhooks, []).headerNames,
  eventTypes: new Set(['job.done']),
  vault,
};
/** What plain JavaScript can pass, whatever the types say. */
const untyped = (value: object) => JSON.parse(JSON.stringify(value));
const endpoint = (choices: object) =>
  chosen('wh_1', { url: 'https://example.com/', ...untyped(choices) }, rules);
const event = (members: object) =>
  newEvent(
    { type: 'job.done', data: {}, ...members },
    { schemas: undefined, maxEventBytes: 10, now: () => 0 },
  );

const REFUSED: readonly (readonly [string, () => unknown])[] = [
  ...[
    { url: TEXT },
    { url: `http://example.com/${TEXT}` },
    { url: `https://user:${TEXT}@example.com/` },
    { url: `https://example.com/#${TEXT}` },
    { url: `https://example.com:22/${TEXT}` },
    { url: `https://127.0.0.1/${TEXT}` },
    { url: `https://localhost/${TEXT}` },
    { url: [TEXT] },
    { events: TEXT },
    { events: [TEXT] },
    { events: ['hunter22'] },
    { filters: TEXT },
    { filters: { job_types: TEXT } },
    { filters: { job_types: [`${TEXT}${'x'.repeat(256)}`] } },
    { filters: { job_priorities: [TEXT] } },
    { filters: { custom_filters: TEXT } },
    { filters: { custom_filters: { a: [TEXT] } } },
    { headers: TEXT },
    { headers: { 'webhook-id': TEXT } },
    { headers: { 'x-mine': `${TEXT}\n` } },
    { headers: { 'x-mine': [TEXT] } },
    { headers: { 'content-type': TEXT } },
    { headers: { [`${TEXT}:`]: 'v' } },
    { retry: TEXT },
    { retry: { delaysMs: TEXT } },
    { retry: { delaysMs: [TEXT] } },
    { retry: { delaysMs: [0], clientErrors: TEXT } },
    { retry: { delaysMs: [0], disable: TEXT } },
    { retry: { delaysMs: [0], disable: { when: TEXT } } },
    { retry: { maxAttempts: TEXT } },
    { concurrency: TEXT },
    { rateLimit: TEXT },
    { rateLimit: { perSecond: TEXT } },
    { name: [TEXT] },
    { name: `${TEXT}\0` },
    { description: TEXT.repeat(100) },
  ].map((choices) => [`an endpoint with ${inspect(choices)}`, () => endpoint(choices)] as const),
  ...[
    { type: TEXT },
    { id: TEXT },
    { tenant: TEXT },
    { orderingKey: `${TEXT}\0` },
    { timestamp: TEXT },
    { data: TEXT },
    { data: { a: [`${TEXT}\ud800`] } },
    { data: { a: new Map([[TEXT, TEXT]]) } },
    { [TEXT]: 1 },
  ].map((members) => [`an event with ${inspect(members)}`, () => event(members)] as const),
  ['an option that is none', () => checkNames('endpoint', { [TEXT]: TEXT }, [])],
  ['a part that is none', () => checkPart('retry', { [TEXT]: TEXT }, [])],
  ['options that are none', () => checkOptions(TEXT, [])],
  ['an id', () => checkedId('id', TEXT)],
  ['a limit', () => checkedLimit(TEXT)],
  ['a tenant', () => scopeOf({ tenant: TEXT })],
  ['an overlap', () => checkedOverlap(TEXT)],
  ['a secret that is no text', () => checkedSecretText([TEXT])],
  [
    'a secret of the wrong form',
    () => checkSignable(recordOf([{ text: TEXT }]), targetFor, wireFormat(standardWebhooks, []), NOW),
  ],
  ['a stored text of no known form', () => vault.open(TEXT, '')],
];

describe('a refusal names the field, and says nothing of a text that was given', () => {
  it.each(REFUSED)('%s', async (_, call) => {
    const error = await Promise.resolve()
      .then(call)
      .catch((reason: unknown) => reason);
    if (!isSenderError(error)) throw new Error('not refused');
    for (let told: unknown = error; told instanceof Error; told = told.cause) {
      expect(told.message).not.toContain('hunter22');
    }
    expect(error.field).not.toBe('');
  });
});
