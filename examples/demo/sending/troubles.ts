import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { RetryPolicy, WebhookDispatcher } from '@countersign/core';
import { nodeListener } from '@countersign/core/node';
import { closed, originOf } from '../hosts/host.js';

/** What must become of the one event that a troubled endpoint gets. */
export interface Fate {
  readonly status: 'delivered' | 'failed';
  readonly attempts: number;
  /** The last answer's status, or how the last error begins. */
  readonly last: number | string;
  readonly disabled?: 'gone';
}

/** An endpoint that misbehaves. */
export interface Trouble {
  readonly name: string;
  readonly mustEnd: Fate;
  /** Default: the sender's. */
  readonly retry?: RetryPolicy;
  /** What it answers a request with, the first being 1, before its receiver has a say. */
  answer?(response: ServerResponse, request: number): void;
}

/** Resolves to a metadata service's address, which no policy allows. */
export const FORBIDDEN_HOST = 'metadata.example.com';
export const FORBIDDEN_ADDRESS = '169.254.169.254';
const DRIP_EVERY_MS = 50;

export const troubles: readonly Trouble[] = [
  {
    name: '500 twice',
    mustEnd: { status: 'delivered', attempts: 3, last: 200 },
    answer: (response, request) => request <= 2 && end(response, 500),
  },
  {
    name: '429, Retry-After: 1',
    mustEnd: { status: 'delivered', attempts: 2, last: 200 },
    answer: (response, request) => request <= 1 && end(response, 429, { 'retry-after': '1' }),
  },
  {
    name: '410 Gone',
    mustEnd: { status: 'failed', attempts: 1, last: 410, disabled: 'gone' },
    answer: (response) => end(response, 410),
  },
  {
    name: 'redirect',
    mustEnd: { status: 'failed', attempts: 3, last: 302 },
    answer: (response) => end(response, 302, { location: '/elsewhere' }),
  },
  {
    name: 'no answer',
    mustEnd: { status: 'failed', attempts: 2, last: 'timeout' },
    retry: { delaysMs: [0, 100] },
    answer: () => {},
  },
  {
    name: 'endless answer',
    mustEnd: { status: 'failed', attempts: 2, last: 'timeout' },
    retry: { delaysMs: [0, 100] },
    answer: drip,
  },
  {
    name: 'forbidden address',
    mustEnd: { status: 'failed', attempts: 3, last: 'blocked_address' },
  },
];

function end(response: ServerResponse, status: number, headers: Record<string, string> = {}): true {
  response.writeHead(status, headers).end();
  return true;
}

function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write('.'), DRIP_EVERY_MS);
  response.on('close', () => clearInterval(timer));
}

/** Where the troubled endpoints are. */
export interface TroubledServer {
  urlOf(trouble: Trouble): string;
  /** Requests that followed the redirect. */
  readonly followed: number;
  close(): Promise<void>;
}

/** Serves the troubled endpoints; what they have no answer for goes to the receivers. */
export async function serveTroubles(
  receivers: ReadonlyMap<Trouble, WebhookDispatcher>,
): Promise<TroubledServer> {
  const requests = new Map<Trouble, number>();
  let followed = 0;
  const listeners = new Map(
    Array.from(receivers, ([trouble, receiver]) => [trouble, nodeListener(receiver)]),
  );
  const listener: RequestListener = (request: IncomingMessage, response) => {
    const trouble = troubles[Number(request.url?.slice(1))];
    if (trouble === undefined) {
      followed += 1;
      end(response, 200);
      return;
    }
    const count = (requests.get(trouble) ?? 0) + 1;
    requests.set(trouble, count);
    trouble.answer?.(response, count);
    if (!response.headersSent && trouble.mustEnd.last === 200) listeners.get(trouble)?.(request, response);
  };
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = originOf(server);
  return {
    urlOf: (trouble) =>
      trouble.name === 'forbidden address'
        ? `http://${FORBIDDEN_HOST}/`
        : `${origin}/${troubles.indexOf(trouble)}`,
    get followed() {
      return followed;
    },
    close: () => closed(server),
  };
}
