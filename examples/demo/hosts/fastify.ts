import { countersign } from '@countersign/fastify';
import Fastify from 'fastify';
import { type Host, listen } from './host.js';

export const fastifyHost: Host = {
  title: 'Fastify',
  async serve(receiver) {
    const app = Fastify();
    app.register(countersign, { receiver, path: '/webhooks' });
    app.register(async (parsed) => {
      // Fastify's own parsers stay outside of the plugin: what reads a body before it is a hook.
      parsed.addHook('preParsing', async (_request, _reply, payload) => {
        for await (const _chunk of payload);
      });
      parsed.register(countersign, { receiver, path: '/parsed' });
    });
    await app.ready();
    return listen((request, response) => app.routing(request, response));
  },
};
