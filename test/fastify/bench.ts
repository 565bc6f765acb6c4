import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { Receiver } from '@countersign/core';
import { countersign, type GuardedHandler, webhookGuard } from '@countersign/fastify';
import type { SignedRequest } from '@countersign/testing';
import Fastify, { type FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';
import {
  type Answer,
  deliverTo,
  eventually,
  type Recorded,
  type RecordedOptions,
  recorded,
} from '../adapters/recorded.js';

export { type Answer, eventually, type Recorded, recorded } from '../adapters/recorded.js';

/** Serves an application until the test is over; its origin. */
export async function serve(app: FastifyInstance): Promise<string> {
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  return app.listen({ port: 0, host: '127.0.0.1' });
}

/** A receiver on a real server. */
export interface Bench extends Recorded {
  readonly app: FastifyInstance;
  readonly origin: string;
  deliver(request: SignedRequest, path?: string): Promise<Answer>;
}

/** How a bench is built. */
export interface BenchOptions extends RecordedOptions {
  /** Mounts the route at `/webhooks`. */
  readonly mount: (app: FastifyInstance, receiver: Receiver) => unknown;
  readonly app?: FastifyInstance;
}

/** Serves a receiver until the test is over. */
export async function bench({ mount, app = Fastify(), ...options }: BenchOptions): Promise<Bench> {
  const made = recorded(options);
  mount(app, made.receiver);
  const origin = await serve(app);
  return {
    ...made,
    app,
    origin,
    deliver: (request, path = '/webhooks') => deliverTo(`${origin}${path}`, request),
  };
}

/** Mounts a guard with this handler at `/webhooks`. */
export const guarded =
  (handler: GuardedHandler<unknown>) =>
  (app: FastifyInstance, receiver: Receiver): void => {
    app.register(webhookGuard(receiver, { path: '/webhooks', handler }));
  };

/** Both modes at `/webhooks`, with what the application saw. */
export const modes: Readonly<
  Record<'handler' | 'guard', (app: FastifyInstance, receiver: Receiver, seen?: unknown[]) => void>
> = {
  handler: (app, receiver, seen = []) => {
    receiver.on('*', (event) => void seen.push(event.data));
    app.register(countersign, { receiver, path: '/webhooks' });
  },
  guard: (app, receiver, seen = []) =>
    guarded(async (request, reply) => {
      seen.push(request.webhook.event);
      return reply.send({ received: true });
    })(app, receiver),
};

/** Sends a delivery and goes away once `isThere` holds; resolves when the server has seen it. */
export async function goesAway(
  { app, origin }: Bench,
  { headers, body }: SignedRequest,
  isThere: () => void,
): Promise<void> {
  const closed = once(app.server, 'connection').then(([socket]) => once(socket, 'close'));
  const client = httpRequest(`${origin}/webhooks`, { method: 'POST', headers });
  client.on('error', () => {});
  client.end(body);
  await eventually(isThere);
  client.destroy();
  await closed;
}

/** A promise to be settled by hand. */
export function gate(): { readonly passed: Promise<void>; open(): void; fail(error: Error): void } {
  let open = (): void => {};
  let fail = (_error: Error): void => {};
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { passed, open: () => open(), fail: (error) => fail(error) };
}
