import fc from 'fast-check';
import { expect, test } from 'vitest';
import { served, textAt } from './serve.js';

const url = 'https://example.com/webhooks';

// What is wrong, where, and the sentence that says so: [body, pointer, detail].
const endpointFaults: readonly (readonly [object, string, string])[] = [
  [{}, '#/url', '`url` is missing: it must be a text of 1 to 2048 characters'],
  [{ url: 5 }, '#/url', '`url` must be a text of 1 to 2048 characters, got a number'],
  [{ url: null }, '#/url', '`url` must be a text of 1 to 2048 characters, got null'],
  [{ url: '' }, '#/url', '`url` must be a text of 1 to 2048 characters, got an empty text'],
  [{ url: 'nowhere' }, '#/url', '`url` must be an absolute URL such as `https://example.com/webhooks`'],
  [{ url: 'ftp://example.com' }, '#/url', '`url` must begin with `https://`'],
  [{ url: 'localhost:3000/hook' }, '#/url', '`url` must begin with `https://`'],
  [{ url: 'https://a:b@example.com' }, '#/url', '`url` must have no credentials: use `headers`'],
  [{ url, events: 'job.*' }, '#/events', '`events` must be a list of 1 to 100 entries, got a text'],
  [{ url, events: [] }, '#/events', '`events` must be a list of 1 to 100 entries, got an empty list'],
  [
    { url, events: ['a', 5] },
    '#/events/1',
    '`events[1]` must be a text of 1 to 128 characters, got a number',
  ],
  [
    { url, events: ['a', 'b*'] },
    '#/events/1',
    '`events[1]` must be an event type, the beginning of one and `.*` (such as `job.*`), or `*`',
  ],
  [{ url, active: 'yes' }, '#/active', '`active` must be true or false, got a text'],
  [{ url, name: 'x'.repeat(201) }, '#/name', '`name` must be a text of at most 200 characters, got a text'],
  [{ url, name: 'a\u0000b' }, '#/name', '`name` must be a text of at most 200 characters, got string'],
  [
    { url, concurrency: 1.5 },
    '#/concurrency',
    '`concurrency` must be a whole number from 1 to 1000, got 1.5 (number)',
  ],
  [
    { url, rate_limit: { per_second: 0 } },
    '#/rate_limit/per_second',
    '`rate_limit.per_second` must be a number from 0.001 to 100000, got 0 (number)',
  ],
  [{ url, rate_limit: 5 }, '#/rate_limit', '`rate_limit` must be an object, got a number'],
  [
    { url, rate_limit: { per_second: 1, burst: 2 } },
    '#/rate_limit/burst',
    '`rate_limit.burst` is not known here: the members are per_second',
  ],
  [
    { url, retry: {} },
    '#/retry',
    '`retry` must be `{ delays_ms }` or `{ max_attempts, initial_delay_ms, multiplier, max_delay_ms }`, got an empty object',
  ],
  [
    { url, retry: { delays_ms: [0, -1] } },
    '#/retry/delays_ms/1',
    '`retry.delays_ms[1]` must be a number from 0 to 2592000000, got -1 (number)',
  ],
  [
    { url, retry: { max_attempts: 3, initial_delay_ms: 1, multiplier: 2 } },
    '#/retry/max_delay_ms',
    '`retry.max_delay_ms` is missing: it must be a number from 0 to 2592000000',
  ],
  [
    { url, retry: { delays_ms: [0], client_errors: 'ignore' } },
    '#/retry/client_errors',
    "`retry.client_errors` must be 'retry' or 'fail', got a text",
  ],
  [
    { url, retry: { delays_ms: [0], disable: { when: 'never' } } },
    '#/retry/disable',
    "`retry.disable` must be `{ when: 'exhausted' }` or `{ when: 'failing-for', ms }`, got an object",
  ],
  [
    { url, retry: { delays_ms: [0], disable: { when: 'failing-for', ms: 0 } } },
    '#/retry/disable/ms',
    '`retry.disable.ms` must be a number over 0, got 0 (number)',
  ],
  [
    { url, retry_config: { max_attempts: 0 } },
    '#/retry_config/max_attempts',
    '`retry_config.max_attempts` must be a whole number from 1 to 100, got 0 (number)',
  ],
  [
    { url, filters: { job_types: [7] } },
    '#/filters/job_types/0',
    '`filters.job_types[0]` must be a text of 1 to 256 characters, got a number',
  ],
  [
    { url, filters: { custom_filters: { 'a.b': ['x'] } } },
    '#/filters/custom_filters/a.b',
    '`filters.custom_filters.a.b` must be a text of at most 256 characters, a number, a boolean or null, got a list',
  ],
  [
    { url, filters: { custom_filters: { 'a..b': 1 } } },
    '#/filters/custom_filters',
    '`filters.custom_filters` has a path that is none: names with dots between them, of 1 to 256 characters',
  ],
  [
    { url, filters: { custom_filters: JSON.parse('{"__proto__":1}') } },
    '#/filters/custom_filters',
    '`filters.custom_filters` must be an object without `__proto__`, got an object',
  ],
  [{ url, headers: { 'X-A': 1 } }, '#/headers/X-A', '`headers.X-A` must be a text, got a number'],
  [
    { url, headers: { 'webhook-id': 'x' } },
    '#/headers/webhook-id',
    '`headers.webhook-id` is a header that the sender writes itself',
  ],
  [
    { url, headers: { 'a/b c': 'x' } },
    '#/headers',
    expect.stringMatching(/^`headers` has a name that is no header name/),
  ],
  [
    { url, headers: { 'X.Dotted': 'a\nb' } },
    '#/headers/X.Dotted',
    expect.stringContaining('without a line break'),
  ],
  [{ url, secret: 12345678 }, '#/secret', '`secret` must be a text of at most 1024 characters, got a number'],
  [{ url, secret: 'short' }, '#/secret', expect.stringMatching(/^`secret`: the secret must/)],
  [
    { url, colour: 'red' },
    '#/colour',
    expect.stringMatching(/^`colour` is not known here: the members are url, /),
  ],
  [
    { url, 'a "quoted" name': 1 },
    '#',
    expect.stringMatching(/^the body has an unknown member: the members are /),
  ],
];

const eventFaults: readonly (readonly [object, string, string])[] = [
  [{ data: 1 }, '#/type', '`type` is missing: it must be 1 to 128 letters, digits, `_`, `.`, `:` or `-`'],
  [{ type: 'a' }, '#/data', '`data` is missing: it must be any JSON'],
  [
    { type: 'a b', data: 1 },
    '#/type',
    '`type` must be 1 to 128 letters, digits, `_`, `.`, `:` or `-`, got a text',
  ],
  [
    { type: 'a', data: 1, id: 'a b' },
    '#/id',
    '`id` must be 1 to 128 letters, digits, `_` or `-`, got a text',
  ],
  [
    { type: 'a', data: 1, ordering_key: '' },
    '#/ordering_key',
    '`ordering_key` must be a text of 1 to 256 characters, got an empty text',
  ],
  [
    { type: 'a', data: 1, ordering_key: 'a\u0000' },
    '#/ordering_key',
    '`ordering_key` must be a text of 1 to 256 characters, got string',
  ],
  [
    { type: 'a', data: 1, timestamp: '2026-02-30T00:00:00Z' },
    '#/timestamp',
    '`timestamp` must be a time in ISO 8601 with its zone, such as 2026-01-31T12:00:00Z, got a text',
  ],
  [{ type: 'a', data: 1, timestamp: 1_767_225_600 }, '#/timestamp', expect.stringContaining('got a number')],
  [
    { type: 'a', data: 1, timestamp: '1969-12-31T00:00:00Z' },
    '#/timestamp',
    expect.stringContaining('from 1970 to 9999'),
  ],
  [
    { type: 'a', data: { x: '\ud800' } },
    '#/data',
    '`data.x` has an unpaired surrogate, which UTF-8 cannot hold',
  ],
  [{ typ: 'a' }, '#', 'the body must be `{ type, data }` or `{ events }`, got an object'],
  [{ type: 'a', data: 1, kind: 'b' }, '#/kind', expect.stringContaining('type, data, id, ordering_key')],
  [{ events: {} }, '#/events', '`events` must be a list of 1 to 1000 entries, got an empty object'],
  [{ events: [{ type: 'a', data: 1 }, 5] }, '#/events/1', '`events[1]` must be an object, got a number'],
  [
    {
      events: [
        { type: 'a', data: 1 },
        { type: 'a', data: { x: '\ud800' } },
      ],
    },
    '#/events/1/data',
    'event 1: `data.x` has an unpaired surrogate, which UTF-8 cannot hold',
  ],
];

test.each([
  ['/webhooks', endpointFaults],
  ['/events', eventFaults],
] as const)(
  'POST %s says of each fault where it is and what must stand there, in one sentence',
  async (path, faults) => {
    const { call } = await served();
    for (const [body, pointer, detail] of faults) {
      const { status, json } = await call('POST', path, { body });
      expect
        .soft([body, status, json])
        .toMatchObject([body, 422, { code: 'invalid_input', detail, errors: [{ pointer, detail }] }]);
    }
  },
);

test('all faults are told at once, but no more than twenty', async () => {
  const { call } = await served();
  const two = await call('POST', '/webhooks', { body: { url, name: 1, concurrency: 0 } });
  expect(two.json).toMatchObject({ errors: [{ pointer: '#/name' }, { pointer: '#/concurrency' }] });
  for (const bad of ['nowhere', 'ftp://example.com', 5]) {
    const mixed = await call('POST', '/webhooks?dry_run=1', { body: { url: bad, name: 1, colour: 'red' } });
    const errors = [
      { parameter: 'dry_run' },
      { pointer: '#/url' },
      { pointer: '#/name' },
      { pointer: '#/colour' },
    ];
    expect(mixed).toMatchObject({ status: 422, json: { errors } });
  }
  const many = await call('POST', '/webhooks', {
    body: { url, events: Array.from({ length: 50 }, () => 5) },
  });
  expect(many.json).toMatchObject({ errors: { length: 20 } });
});

test('a fault in a rotation, a recovery or a test is told in the words of the wire', async () => {
  const { call } = await served();
  const path = `/webhooks/${textAt(await call('POST', '/webhooks', { body: { url } }), 'data', 'id')}`;
  const faults = [
    ['rotate-secret', { overlap_seconds: -1 }, '#/overlap_seconds'],
    ['rotate-secret', { secret: 'short' }, '#/secret'],
    ['recover', { since: 'yesterday' }, '#/since'],
    ['recover', { statuses: ['delivered'] }, '#/statuses/0'],
    ['recover', { statuses: [] }, '#/statuses'],
    ['test', { type: 'a b' }, '#/type'],
    ['test', { data: { x: '\ud800' } }, '#/data'],
  ] as const;
  for (const [action, body, pointer] of faults) {
    const answer = await call('POST', `${path}/${action}`, { body });
    expect.soft([action, answer.status, answer.json]).toMatchObject([action, 422, { errors: [{ pointer }] }]);
  }
});

test('whatever is sent, a refusal is a sentence of ours: no text of a library, no value but of a number that was asked for', async () => {
  const { call } = await served();
  const names = [
    'url',
    'events',
    'filters',
    'headers',
    'retry',
    'retry_config',
    'rate_limit',
    'active',
    'name',
    'x',
  ];
  const inner = [
    'job_types',
    'custom_filters',
    'delays_ms',
    'max_attempts',
    'disable',
    'when',
    'per_second',
    'jitter',
  ];
  const leaf = fc.oneof(fc.constant('secret-value'), fc.constant(-987_654), fc.boolean(), fc.constant(null));
  const value = fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(...inner),
      fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.constantFrom(...inner), leaf)),
    ),
  );
  const body = fc.oneof(value, fc.dictionary(fc.constantFrom(...names), value));
  await fc.assert(
    fc.asyncProperty(body, async (sent) => {
      const { status, text } = await call('POST', '/webhooks', { body: JSON.stringify(sent) });
      expect(status).toBe(422);
      expect(text.replaceAll('got -987654 (number)', '')).not.toMatch(
        /expected|received|Invalid (?!input")|Too |zod|secret-value|987/,
      );
    }),
    { numRuns: 150 },
  );
});
