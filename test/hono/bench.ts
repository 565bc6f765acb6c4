import type { Receiver } from '@countersign/core';
import type { SignedRequest } from '@countersign/testing';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { onTestFinished } from 'vitest';
import { listen } from '../adapters/listen.js';
import {
  type Answer,
  answerOf,
  type Recorded,
  type RecordedOptions,
  recorded,
} from '../adapters/recorded.js';

/** A receiver in a Hono application, with what it told. */
export interface Bench extends Recorded {
  readonly app: Hono;
  deliver(request: SignedRequest, path?: string): Promise<Answer>;
}

/** How an application gets its requests. */
export type Server = keyof typeof servers;

/** How a bench is built. */
export interface BenchOptions extends RecordedOptions {
  /** Mounts the route at `/webhooks`. */
  readonly mount: (app: Hono, receiver: Receiver) => unknown;
  /** Default `app.request`. */
  readonly server?: Server;
}

type Send = (path: string, request: SignedRequest) => Promise<Response>;

const servers = {
  /** Hono's own way to test: no socket, the platform's own `Request`. */
  'app.request': async (app: Hono): Promise<Send> => {
    return async (path, request) => app.request(path, request);
  },
  /** A real server, with node-server's `Request`. */
  'node-server': async (app: Hono): Promise<Send> => {
    const { origin, close } = await listen(getRequestListener(app.fetch));
    onTestFinished(close);
    return (path, request) => fetch(`${origin}${path}`, { ...request, redirect: 'manual' });
  },
};

/** Both, for `describe.each`. */
export const everyServer: readonly Server[] = ['app.request', 'node-server'];

/** An application with a receiver, until the test is over. */
export async function bench({ mount, server = 'app.request', ...options }: BenchOptions): Promise<Bench> {
  const made = recorded(options);
  const app = new Hono();
  // Hono's own error handler writes the stack of every failure to the console.
  app.onError((error, c) => ('getResponse' in error ? error.getResponse() : c.text('failed', 500)));
  mount(app, made.receiver);
  const send = await servers[server](app);
  return {
    ...made,
    app,
    deliver: async (request, path = '/webhooks') => answerOf(await send(path, request)),
  };
}
