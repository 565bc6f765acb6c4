import { apiKeys, createManagementApi, type ManagementApiOptions } from '@countersign/api';
import { createSender, type Sender, type SenderOptions } from '@countersign/sender';
import { memoryStore } from '@countersign/sender/memory';
import { serve } from '@hono/node-server';
import { expect, onTestFinished } from 'vitest';
import { type AnswerCheck, answerCheck, type OpenApi } from './documented.js';
import { type CallerName, keyList, keyOf } from './keys.js';

/** What a call has beside its method and path. */
export interface CallOptions {
  /** Default `acme`; `null`: nobody. */
  readonly as?: CallerName | null;
  /** Sent as JSON; a text as it stands. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Its body, parsed. */
  readonly json: unknown;
}

/** A management API on a socket of its own, over a sender with a memory store. */
export interface Served {
  readonly origin: string;
  readonly sender: Sender;
  readonly document: OpenApi;
  /** What `onError` was told. */
  readonly errors: unknown[];
  /** Calls the API; every answer must be as its document says. */
  call(method: string, path: string, options?: CallOptions): Promise<Answered>;
}

/** Options of {@link served}. */
export interface ServedOptions {
  readonly api?: Partial<ManagementApiOptions>;
  readonly sender?: Partial<SenderOptions<Record<string, unknown>, never>>;
}

export async function served({
  api: apiOptions,
  sender: senderOptions,
}: ServedOptions = {}): Promise<Served> {
  const errors: unknown[] = [];
  const sender = createSender({
    store: memoryStore(),
    allowHttp: true,
    allowPrivateNetworks: true,
    onEvent: () => {},
    ...senderOptions,
  });
  const api = createManagementApi(sender, {
    authenticate: apiKeys(keyList),
    onError: (error) => errors.push(error),
    ...apiOptions,
  });
  const origin = await listening(api.fetch);
  onTestFinished(() => sender.stop({ timeoutMs: 0 }));
  const document = await documentOf(apiOptions?.basePath);
  const check = answerCheck(document);
  return { origin, sender, document, errors, call: caller(origin, check, apiOptions?.basePath) };
}

/** Serves a fetch handler until the test ends; where. */
export async function listening(fetch: (request: Request) => Response | Promise<Response>): Promise<string> {
  return new Promise((resolve) => {
    const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => {
      resolve(`http://127.0.0.1:${port}`);
    });
    onTestFinished(() => {
      if ('closeAllConnections' in server) server.closeAllConnections();
      server.close();
    });
  });
}

/** A call over a socket, with every answer held against the document. */
export function caller(origin: string, check: AnswerCheck, basePath = ''): Served['call'] {
  return async (method, path, { as = 'acme', body, headers } = {}) => {
    const response = await fetch(`${origin}${basePath}${path}`, {
      method,
      headers: {
        ...(as !== null && { authorization: `Bearer ${keyOf(as)}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    expect(await check(method, path, response.clone())).toBeUndefined();
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  };
}

async function documentOf(basePath = ''): Promise<OpenApi> {
  const sender = createSender({ store: memoryStore(), onEvent: () => {} });
  const api = createManagementApi(sender, { authenticate: () => ({ tenant: '*', scopes: [] }), basePath });
  const response = await api.fetch(new Request(`http://localhost${basePath}/openapi.json`));
  const document: OpenApi = JSON.parse(await response.text());
  return document;
}

/** A text in an answer: `textAt(answer, 'data', 'id')`. */
export function textAt({ json }: Pick<Answered, 'json'>, ...path: readonly (string | number)[]): string {
  const found = path.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
    json,
  );
  if (typeof found === 'string') return found;
  throw new Error(`there is no text at ${path.join('.')}`);
}
