import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { schemaCheck } from './documented.js';
import { served } from './serve.js';

test('the document is valid OpenAPI 3.1 by the schema of its makers', async () => {
  const { call } = await served();
  const { json } = await call('GET', '/openapi.json');
  const validator = new Validator();
  expect(await validator.validate(Object(json))).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('the README has every route', async () => {
  const { document } = await served();
  const readme = readFileSync(new URL('../../packages/api/README.md', import.meta.url), 'utf8');
  const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
  for (const path of Object.keys(document.paths)) {
    const end = path.replace('{id}', ':id').replace('{deliveryId}', ':deliveryId').split('/').slice(-1)[0];
    expect([path, rows.some((row) => row.split(' | ')[0]?.includes(`/${end}\``))]).toEqual([path, true]);
  }
  expect(rows).toHaveLength(Object.values(document.paths).flatMap((path) => Object.keys(path)).length - 1);
});

test('no component has an address of its own: they are found by their place in the document', async () => {
  const { call } = await served();
  expect((await call('GET', '/openapi.json')).text).not.toMatch(/"\$(?:id|schema|defs)"/);
});

test('every operation has a name of its own, a summary, a success and its refusals', async () => {
  const { document } = await served();
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
  for (const { operationId, responses, security } of operations) {
    const statuses = Object.keys(responses);
    expect([operationId, statuses.some((status) => status.startsWith('2'))]).toEqual([operationId, true]);
    if (security.length > 0) expect(statuses).toEqual(expect.arrayContaining(['401', '500', '503']));
  }
});

test('every example in the document is what its schema says', async () => {
  const { document } = await served();
  const faultOf = schemaCheck(document);
  const schemas = Object.entries(document.components.schemas);
  const examples = schemas.flatMap(([id, { examples: all = [] }]) =>
    all.map((example) => [id, example] as const),
  );
  expect(examples.length).toBeGreaterThan(20);
  for (const [id, example] of examples) {
    expect([id, faultOf({ $ref: `#/components/schemas/${id}` }, example)]).toEqual([id, undefined]);
  }
});

test('every example of a request is accepted', async () => {
  const { document, call } = await served();
  for (const [id, path] of [
    ['EndpointInput', '/webhooks'],
    ['EventInput', '/events'],
    ['EventBatch', '/events'],
  ] as const) {
    for (const example of document.components.schemas[id]?.examples ?? []) {
      const { status } = await call('POST', path, { body: example });
      expect([id, status < 300]).toEqual([id, true]);
    }
  }
});

test('every object of the document is closed, but for what is free by nature', async () => {
  const { document } = await served();
  const open = Object.entries(document.components.schemas).filter(([, schema]) => {
    const { type, additionalProperties } = { type: undefined, additionalProperties: undefined, ...schema };
    return type === 'object' && additionalProperties !== false;
  });
  expect(open).toEqual([]);
});

test('servers say where the API is: where it was mounted, or relative to the document', async () => {
  expect((await served()).document.servers).toEqual([{ url: '.' }]);
  expect((await served({ api: { basePath: '/api/v1' } })).document.servers).toEqual([{ url: '/api/v1' }]);
});
