import { describe, expect, it, test } from 'vitest';
import { changed, chosen, type EndpointRules } from '../../src/endpoint/endpoint-input.js';
import { DEFAULT_PORTS } from '../../src/endpoint/url-policy.js';
import { createVault, headerContext } from '../../src/endpoint/vault.js';
import { refusal } from '../refusal.js';

const vault = createVault({ keys: [{ id: 'k', key: new Uint8Array(32) }] });
const rules: EndpointRules = {
  urlPolicy: {
    allowHttp: false,
    allowLocalNames: false,
    allowedPorts: DEFAULT_PORTS,
    allowsAddress: () => false,
  },
  reservedHeaders: new Set(['webhook-id']),
  eventTypes: new Set(['job.done', 'machine.up']),
  vault,
};
const url = 'https://example.com/hooks';
const full = {
  url,
  events: ['job.*'],
  filters: { job_types: ['a'] },
  headers: { Authorization: 'Bearer x' },
  retry: { delaysMs: [250, 1000] },
  concurrency: 4,
  rateLimit: { perSecond: 0.5 },
  name: 'mine',
  description: 'what it is for',
};
/** What plain JavaScript can pass, whatever the types say. */
const untyped = (value: object) => JSON.parse(JSON.stringify(value));
const fieldOf = (choices: object): string | undefined => {
  const error = refusal(() => chosen('wh_1', { url, ...untyped(choices) }, rules));
  expect(error.code).toBe('invalid_input');
  return error.field;
};

describe('a new endpoint', () => {
  it('with all choices has them, its header values sealed for it', () => {
    const draft = chosen('wh_1', full, rules);
    const { headers, ...settings } = draft.settings;
    expect({ ...draft, settings }).toEqual({
      events: ['job.*'],
      filters: { job_types: ['a'] },
      firstDelayMs: 250,
      settings: {
        url,
        name: 'mine',
        description: 'what it is for',
        retry: { delaysMs: [250, 1000] },
        concurrency: 4,
        rateLimit: { perSecond: 0.5 },
      },
    });
    expect(Object.keys(headers ?? {})).toEqual(['authorization']);
    const sealed = headers?.['authorization'] ?? '';
    expect(sealed).not.toContain('Bearer');
    expect(vault.open(sealed, headerContext('wh_1', 'authorization'))).toBe('Bearer x');
    expect(() => vault.open(sealed, headerContext('wh_2', 'authorization'))).toThrow();
  });

  it('without any gets all events, and nothing else', () => {
    const draft = chosen('wh_1', { url }, rules);
    expect(JSON.parse(JSON.stringify(draft))).toEqual({ events: ['*'], settings: { url } });
  });

  it('has its URL in its canonical form', () => {
    expect(chosen('wh_1', { url: 'HTTPS://EXAMPLE.com:443/a b' }, rules).settings.url).toBe(
      'https://example.com/a%20b',
    );
  });

  it('delays first attempts as its own series does: not at all', () => {
    const retry = { maxAttempts: 3, initialDelayMs: 1000, multiplier: 2, maxDelayMs: 4000 };
    expect(chosen('wh_1', { url, retry }, rules).firstDelayMs).toBe(0);
  });
});

describe('what is wrong is named', () => {
  it.each<readonly [string, object]>([
    ['url', { url: 'http://example.com/' }],
    ['url', { url: 5 }],
    ['events[0]', { events: ['invoice.*'] }],
    ['events', { events: [] }],
    ['events', { events: null }],
    ['filters.types', { filters: { types: ['a'] } }],
    ['headers.webhook-id', { headers: { 'webhook-id': 'x' } }],
    ['retry.delaysMs[0]', { retry: { delaysMs: [-1] } }],
    ['concurrency', { concurrency: 0 }],
    ['concurrency', { concurrency: 1001 }],
    ['concurrency', { concurrency: 1.5 }],
    ['concurrency', { concurrency: '4' }],
    ['rateLimit', { rateLimit: 5 }],
    ['rateLimit.perSecond', { rateLimit: {} }],
    ['rateLimit.perSecond', { rateLimit: { perSecond: 0 } }],
    ['rateLimit.perSecond', { rateLimit: { perSecond: 0.0009 } }],
    ['rateLimit.perSecond', { rateLimit: { perSecond: 100_001 } }],
    ['rateLimit.perSecond', { rateLimit: { perSecond: '5' } }],
    ['name', { name: 5 }],
    ['name', { name: 'x'.repeat(201) }],
    ['name', { name: 'a\0b' }],
    ['description', { description: 'x'.repeat(2001) }],
    ['description', { description: ['x'] }],
  ])('%s: %j', (field, choices) => {
    expect(fieldOf(choices)).toBe(field);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a rate of %s', (perSecond) => {
    expect(refusal(() => chosen('wh_1', { url, rateLimit: { perSecond } }, rules)).field).toBe(
      'rateLimit.perSecond',
    );
  });

  test('a name with half a surrogate pair', () => {
    expect(refusal(() => chosen('wh_1', { url, name: '\ud800' }, rules)).field).toBe('name');
  });
});

test.each([
  { concurrency: 1 },
  { concurrency: 1000 },
  { rateLimit: { perSecond: 0.001 } },
  { rateLimit: { perSecond: 100_000 } },
  { name: '' },
  { name: 'x'.repeat(200), description: 'x'.repeat(2000) },
])('the ends of what is allowed: %j', (choices) => {
  expect(chosen('wh_1', { url, ...choices }, rules).settings).toMatchObject(choices);
});

test('a rate limit has nothing but the rate', () => {
  const rateLimit = { perSecond: 5, burst: 9 };
  expect(refusal(() => chosen('wh_1', { url, rateLimit }, rules))).toMatchObject({
    field: 'rateLimit.burst',
  });
});

describe('changes', () => {
  const before = chosen('wh_1', full, rules);
  const change = (changes: Parameters<typeof changed>[2]) => changed('wh_1', before, changes, rules);

  it('that say nothing change nothing', () => {
    expect(change({})).toEqual(before);
    expect(change({ events: undefined, retry: undefined, url: undefined })).toEqual(before);
  });

  it('change what they name', () => {
    const after = change({
      url: 'https://example.org/',
      events: ['machine.up'],
      filters: { machine_ids: ['*'] },
      retry: { delaysMs: [0] },
      concurrency: 9,
      rateLimit: { perSecond: 7 },
      name: 'other',
      description: '',
    });
    expect(after).toEqual({
      events: ['machine.up'],
      filters: { machine_ids: ['*'] },
      firstDelayMs: 0,
      settings: {
        url: 'https://example.org/',
        headers: before.settings.headers,
        name: 'other',
        description: '',
        retry: { delaysMs: [0] },
        concurrency: 9,
        rateLimit: { perSecond: 7 },
      },
    });
  });

  it('replace headers as a whole', () => {
    const { headers = {} } = change({ headers: { 'x-mine': 'v' } }).settings;
    expect(Object.keys(headers)).toEqual(['x-mine']);
    expect(vault.open(headers['x-mine'] ?? '', headerContext('wh_1', 'x-mine'))).toBe('v');
  });

  it('to `null` take a choice back', () => {
    const after = change({
      events: null,
      filters: null,
      headers: null,
      retry: null,
      concurrency: null,
      rateLimit: null,
      name: null,
      description: null,
    });
    expect(JSON.parse(JSON.stringify(after))).toEqual({ events: ['*'], settings: { url } });
  });

  it.each<readonly [string, object]>([
    ['url', { url: null }],
    ['url', { url: 'ftp://example.com' }],
    ['events', { events: [] }],
    ['events[0]', { events: ['invoice.*'] }],
    ['filters', { filters: 5 }],
    ['headers', { headers: 'x: y' }],
    ['retry', { retry: 5 }],
    ['concurrency', { concurrency: 0 }],
    ['rateLimit.perSecond', { rateLimit: { perSecond: -1 } }],
    ['name', { name: 5 }],
    ['description', { description: 5 }],
  ])('are checked like new ones: %s', (field, changes) => {
    expect(refusal(() => change(untyped(changes))).field).toBe(field);
  });

  it('leave patterns alone that are none of the sender’s events any more', () => {
    const older = { ...before, events: ['gone.*'] };
    expect(changed('wh_1', older, { name: 'n' }, rules).events).toEqual(['gone.*']);
  });
});
