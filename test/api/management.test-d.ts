import { type Authenticate, apiKeys, type Caller, createManagementApi, type Scope } from '@countersign/api';
import { unvalidated } from '@countersign/core';
import { createSender, type Sender } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { Hono } from 'hono';
import { assertType, expectTypeOf } from 'vitest';

const sender = createSender({ store: memoryStore() });
const authenticate: Authenticate = () => null;

// Every sender is taken, whatever its events and its store's transactions are.
const events = { 'job.done': unvalidated<{ job_id: string }>() };
createManagementApi(createSender({ store: memoryStore(), events }), { authenticate });
declare const joining: Sender<Record<string, unknown>, { query: () => void }>;
createManagementApi(joining, { authenticate });

// A fetch handler, for whatever takes one.
const api = createManagementApi(sender, { authenticate });
expectTypeOf(api.fetch).toEqualTypeOf<(request: Request) => Promise<Response>>();
new Hono().mount('/api', api.fetch);

// There is no API without `authenticate`.
// @ts-expect-error
createManagementApi(sender, {});
// @ts-expect-error
createManagementApi(sender);

// A caller says whose it is, also where it is nobody's, and what it may do.
expectTypeOf<Scope>().toEqualTypeOf<'events:write' | 'endpoints:read' | 'endpoints:write' | 'metrics:read'>();
assertType<Caller>({ tenant: undefined, scopes: [] });
// @ts-expect-error
assertType<Caller>({ scopes: [] });
// @ts-expect-error
assertType<Caller>({ tenant: 'acme', scopes: ['admin'] });
// @ts-expect-error
createManagementApi(sender, { authenticate: () => true });
// @ts-expect-error
apiKeys([{ key: 'the key itself', tenant: 'acme', scopes: [] }]);
