import { type AcceptedWebhook, mountGuard, type WebhookGate } from '@countersign/core';
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { misuse } from './misuse.js';
import { SettledReplies } from './settled-replies.js';
import { addWebhookRoute, answerWith, fromFastifyRequest, SUPPORTED_FASTIFY } from './webhook-route.js';

/** A request behind a guard. */
export interface GuardedRequest<Event> extends FastifyRequest {
  /** What was verified; the exact bytes are `webhook.delivery.body`. */
  readonly webhook: AcceptedWebhook<Event>;
}

/** Your own handler behind a guard, in any of Fastify's ways: it answers by its reply, a value or a promise. */
export type GuardedHandler<Event> = (
  this: FastifyInstance,
  request: GuardedRequest<Event>,
  reply: FastifyReply,
) => unknown;

/** Options of {@link webhookGuard}. */
export interface WebhookGuardOptions<Event> {
  /** The webhook's path below the prefix; parameters are fine. It answers every method. */
  readonly path: string;
  /** Your own handler; what it answers settles the delivery. */
  readonly handler: GuardedHandler<Event>;
}

/**
 * A Fastify 5 plugin that verifies and claims a delivery, then runs your own handler: 2xx commits, anything
 * else gives the delivery back for a retry. It has a scope of its own, as {@link countersign} has. The webhook
 * stands in `request.webhook`, typed.
 *
 * @throws ConfigurationError where the receiver has handlers of its own.
 * @example
 * app.register(
 *   webhookGuard(receiver, {
 *     path: '/webhooks',
 *     async handler(request, reply) {
 *       await book(request.webhook.event);
 *       return reply.code(204).send();
 *     },
 *   }),
 * );
 */
export function webhookGuard<Event>(
  gate: WebhookGate<Event>,
  options: WebhookGuardOptions<Event>,
): FastifyPluginAsync {
  if (typeof options?.handler !== 'function') throw misuse('handler', 'a function', options?.handler);
  const { path, handler } = options;
  mountGuard('webhookGuard', gate);
  const plugin: FastifyPluginAsync = async (scope) => {
    const replies = new SettledReplies();
    addWebhookRoute(scope, {
      path,
      onSend: replies.onSend,
      handler: async function countersignGuard(request, reply) {
        const acceptance = await gate.accept(fromFastifyRequest(request));
        if (!acceptance.accepted) return answerWith(request, reply, acceptance.response);
        const { event, delivery, settle } = acceptance;
        const guarded = Object.assign(request, { webhook: { event, delivery } });
        return replies.settle(reply, settle, () => handler.call(this, guarded, reply));
      },
    });
  };
  return fp(plugin, { name: '@countersign/fastify/guard', fastify: SUPPORTED_FASTIFY, encapsulate: true });
}
