import { settleOnResponse } from '@countersign/core/node';
import type { FastifyReply, onSendHookHandler } from 'fastify';

type Settle = (status: number) => Promise<void>;

/**
 * Settles deliveries with the status that Fastify writes: after every hook and error handler, whatever the
 * answer is made of. A client that is gone changes nothing: what it would have been answered counts.
 */
export class SettledReplies {
  readonly #settles = new WeakMap<object, Settle>();

  /** Runs the application's handler; resolves to what Fastify is to send. */
  async settle(reply: FastifyReply, settle: Settle, run: () => unknown): Promise<unknown> {
    const { raw } = reply;
    settleOnResponse(raw, settle);
    this.#settles.set(raw, settle);
    const isAwaited = awaited(reply);
    try {
      const result = run();
      // Nothing yet: the handler answers later, by its reply.
      if (result === undefined) return reply;
      const payload = await result;
      // To a client that is gone Fastify does not send the empty answer of a promise of nothing.
      if (payload === undefined && raw.destroyed && !reply.sent && !isAwaited())
        await settle(reply.statusCode);
      return payload;
    } catch (error) {
      // Of a reply that was taken over Fastify only logs the error.
      if (reply.sent) await settle(500);
      throw error;
    }
  }

  /** The last hook of the route: a stream is not written to a client that is gone, so its status counts here. */
  readonly onSend: onSendHookHandler = (_request, reply, _payload, done) => {
    // Writes the answer, unless it is a stream that has not begun.
    done();
    const { raw } = reply;
    const settle = this.#settles.get(raw);
    if (settle === undefined || raw.headersSent) return;
    const onGone = (): void => void settle(reply.statusCode);
    if (raw.destroyed) onGone();
    else raw.once('close', onGone);
  };
}

/** Whether somebody waits for the reply, as an async handler does that returns it and answers later. */
function awaited(reply: FastifyReply): () => boolean {
  let isAwaited = false;
  // biome-ignore lint/suspicious/noThenProperty: the end of a connection resolves it too, which says nothing.
  reply.then = new Proxy(reply.then, {
    apply(then, self, args) {
      isAwaited = true;
      return Reflect.apply(then, self, args);
    },
  });
  return () => isAwaited;
}
