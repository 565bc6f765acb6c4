import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import {
  type AdapterSetup,
  type AdapterTarget,
  type ApplicationAnswer,
  receiverFor,
  type ServedReceiver,
} from '@countersign/testing';
import { H3 } from 'h3';
import { toNodeHandler } from 'h3/node';
import Koa from 'koa';
import bodyParser from 'koa-bodyparser';
import * as h3 from './h3.js';
import * as koa from './koa.js';
import * as nodeHttp from './node-http.js';

type Serve = (setup: AdapterSetup, mode: AdapterTarget['mode']) => Promise<ServedReceiver>;

/** Koa with one webhook route. */
export const serveKoa: Serve = (setup, mode) => {
  const app = new Koa();
  app.silent = true;
  if (setup.parserFirst) app.use(bodyParser());
  const receiver = receiverFor(setup, mode);
  if (mode === 'handler') return listen(app.use(koa.webhookHandler(receiver)).callback());
  app.use(koa.webhookGuard(receiver)).use(async (context) => {
    const { status, body } = await setup.application(context.state.webhook);
    context.body = body instanceof ReadableStream ? Readable.fromWeb(body) : body;
    context.status = status;
  });
  return listen(app.callback());
};

/** H3 with one webhook route. */
export const serveH3: Serve = (setup, mode) => {
  const app = new H3({ silent: true });
  if (setup.parserFirst) {
    app.use(async (event) => {
      await event.req.json();
    });
  }
  const receiver = receiverFor(setup, mode);
  const handler =
    mode === 'handler'
      ? h3.webhookHandler(receiver)
      : h3.webhookGuard(receiver, async (_event, webhook) => {
          const { status, body } = await setup.application(webhook);
          return new Response(body, { status });
        });
  return listen(toNodeHandler(app.all('/webhooks', handler)));
};

/** Node's own server. */
export const serveNodeHttp: Serve = (setup, mode) => {
  const receiver = receiverFor(setup, mode);
  const listener =
    mode === 'handler'
      ? nodeHttp.webhookHandler(receiver)
      : nodeHttp.webhookGuard(receiver, async (_request, response, webhook) => {
          write(response, await setup.application(webhook));
        });
  return listen(setup.parserFirst ? parsed(listener) : listener);
};

/** Node has no parser of its own: this is how everybody writes one. */
const parsed =
  (listener: RequestListener): RequestListener =>
  async (request, response) => {
    try {
      Object.assign(request, { body: JSON.parse(Buffer.concat(await request.toArray()).toString()) });
      listener(request, response);
    } catch {
      response.writeHead(400).end();
    }
  };

function write(response: ServerResponse, { status, body }: ApplicationAnswer): void {
  response.statusCode = status;
  if (body instanceof ReadableStream) pipeline(Readable.fromWeb(body), response, () => {});
  else response.end(body ?? undefined);
}

async function listen(listener: RequestListener): Promise<ServedReceiver> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
