import { mountHandler, type WebhookDispatcher } from '@countersign/core';
import type { FastifyPluginAsync } from 'fastify';
import fp from 'fastify-plugin';
import { addWebhookRoute, answerWith, fromFastifyRequest, SUPPORTED_FASTIFY } from './webhook-route.js';

/** Options of {@link countersign}; those of every plugin, such as `prefix`, stand beside them. */
export interface CountersignOptions {
  /** What `createReceiver` returned, with its handlers. */
  readonly receiver: WebhookDispatcher;
  /** The webhook's path below the prefix; parameters are fine. It answers every method. */
  readonly path: string;
}

const plugin: FastifyPluginAsync<CountersignOptions> = async (scope, { receiver, path }) => {
  mountHandler('receiver', receiver);
  addWebhookRoute(scope, {
    path,
    handler: async function countersignHandler(request, reply) {
      return answerWith(request, reply, await receiver.handle(fromFastifyRequest(request)));
    },
  });
};

/**
 * A Fastify 5 plugin that mounts a receiver with handlers. It has a scope of its own: the parsers of your other
 * routes stay as they are, and none of them reads a webhook's body. Hooks and logs see its answers.
 *
 * `app.ready()` and `app.listen()` reject with a `ConfigurationError` where the receiver has no handlers.
 *
 * @example
 * app.register(countersign, { receiver, path: '/webhooks' });
 */
export const countersign: FastifyPluginAsync<CountersignOptions> = fp(plugin, {
  name: '@countersign/fastify',
  fastify: SUPPORTED_FASTIFY,
  encapsulate: true,
});
