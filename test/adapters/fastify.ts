import { Readable } from 'node:stream';
import { countersign, webhookGuard } from '@countersign/fastify';
import {
  type AdapterSetup,
  type AdapterTarget,
  type ApplicationAnswer,
  receiverFor,
  type ServedReceiver,
} from '@countersign/testing';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { closed, originOf } from './listen.js';

/** Fastify with one webhook route. */
export async function serveFastify(
  setup: AdapterSetup,
  mode: AdapterTarget['mode'],
): Promise<ServedReceiver> {
  const app = Fastify();
  if (setup.parserFirst) parseEveryBody(app);
  const receiver = receiverFor(setup, mode);
  if (mode === 'handler') app.register(countersign, { receiver, path: '/webhooks' });
  else {
    const guard = webhookGuard(receiver, {
      path: '/webhooks',
      handler: async (request, reply) => write(reply, await setup.application(request.webhook)),
    });
    app.register(guard);
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    origin: originOf(app.server),
    async close() {
      await closed(app.server);
      await app.close();
    },
  };
}

/**
 * Fastify's own parsers never see a webhook's body: its scope has none. What can read it first is a hook; this
 * one does what plugins for raw bodies do: it reads the stream, parses it, and hands on another.
 */
function parseEveryBody(app: FastifyInstance): void {
  app.addHook('preParsing', async (request, _reply, payload) => {
    const chunks: Buffer[] = [];
    for await (const chunk of payload) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks);
    Object.assign(request, { parsed: JSON.parse(body.toString()) });
    return Readable.from([body]);
  });
}

function write(reply: FastifyReply, { status, body }: ApplicationAnswer): FastifyReply {
  return reply.code(status).send(body ?? undefined);
}
