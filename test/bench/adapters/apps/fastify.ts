import type { RequestListener } from 'node:http';
import { countersign, webhookGuard } from '@countersign/fastify';
import Fastify, { type FastifyInstance } from 'fastify';
import { ACKNOWLEDGED, type Framework } from './app.js';
import { handWritten } from './by-hand.js';
import { forGuard, withHandler, withoutReplay } from './receivers.js';

/** Fastify: the applications by hand read with a content type parser that keeps the bytes. */
export const fastifyApps: Framework = {
  package: 'fastify',
  apps: {
    'no verification': () => listener(withRawBodies().post('/webhooks', () => ACKNOWLEDGED)),
    'by hand'(secret) {
      const isGenuine = handWritten(secret);
      const app = withRawBodies().post('/webhooks', (request, reply) => {
        const { headers, body } = request;
        const header = (name: string): string | undefined => headers[name]?.toString();
        if (!Buffer.isBuffer(body) || !isGenuine(header, body))
          return reply.code(401).send({ received: false });
        JSON.parse(body.toString('utf8'));
        return reply.send(ACKNOWLEDGED);
      });
      return listener(app);
    },
    'countersign, handler': (secret) =>
      listener(Fastify().register(countersign, { receiver: withHandler(secret), path: '/webhooks' })),
    'countersign, handler, `replay: false`': (secret) =>
      listener(Fastify().register(countersign, { receiver: withoutReplay(secret), path: '/webhooks' })),
    'countersign, guard': (secret) =>
      listener(
        Fastify().register(
          webhookGuard(forGuard(secret), { path: '/webhooks', handler: async () => ACKNOWLEDGED }),
        ),
      ),
  },
};

function withRawBodies(): FastifyInstance {
  const app = Fastify();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  return app;
}

async function listener(
  app: FastifyInstance | (PromiseLike<unknown> & FastifyInstance),
): Promise<RequestListener> {
  await app.ready();
  return (request, response) => app.routing(request, response);
}
