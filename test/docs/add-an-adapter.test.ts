import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { type AdapterSetup, type AdapterTarget, receiverFor } from '@countersign/testing';
import { getRequestListener } from '@hono/node-server';
import { describe, expect, test } from 'vitest';
import { testAdapter } from '../adapters/contract.js';
import { write } from '../adapters/express.js';
import { listen } from '../adapters/listen.js';
import * as fetchTemplate from './adapter-template/fetch.js';
import * as nodeTemplate from './adapter-template/node.js';

describe('docs/add-an-adapter.md', () => {
  test.each(['node', 'fetch'])('shows the template over the %s bridge as it is tested here', (name) => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/add-an-adapter.md'), 'utf8');
    const code = readFileSync(resolve(import.meta.dirname, `adapter-template/${name}.ts`), 'utf8');
    expect(page.includes(`\n${code}\`\`\`\n`), `the page has no block with the code of ${name}.ts`).toBe(
      true,
    );
  });

  test('the templates refuse what is no receiver', () => {
    for (const { webhookHandler, webhookGuard } of [nodeTemplate, fetchTemplate]) {
      expect(() => Reflect.apply(webhookHandler, undefined, [{}])).toThrow(/must be given a receiver/);
      expect(() => Reflect.apply(webhookGuard, undefined, [{}])).toThrow(/must be given a receiver/);
    }
  });
});

type Mode = AdapterTarget['mode'];

/** A framework that is node:http and nothing more: what fails is answered 500. */
const serveNode = (setup: AdapterSetup, mode: Mode) => {
  const receiver = receiverFor(setup, mode);
  const handle =
    mode === 'handler'
      ? nodeTemplate.webhookHandler(receiver)
      : nodeTemplate.webhookGuard(receiver, async (_request, response, webhook) =>
          write(response, await setup.application(webhook)),
        );
  return listen(async (request, response) => {
    try {
      if (setup.parserFirst) Object.assign(request, { body: await json(request) });
      await handle(request, response);
    } catch {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  });
};

/** A framework that is a function of a `Request` and nothing more. */
const serveFetch = (setup: AdapterSetup, mode: Mode) => {
  const receiver = receiverFor(setup, mode);
  const handle =
    mode === 'handler'
      ? fetchTemplate.webhookHandler(receiver)
      : fetchTemplate.webhookGuard(receiver, async (_request, webhook) => {
          const { status, body } = await setup.application(webhook);
          return new Response(body, { status });
        });
  return listen(
    getRequestListener(
      async (request) => {
        if (setup.parserFirst) await request.json();
        return handle(request);
      },
      { errorHandler: () => new Response(null, { status: 500 }) },
    ),
  );
};

testAdapter('the template over the Node bridge', (mode) => ({ serve: (setup) => serveNode(setup, mode) }));
testAdapter('the template over the Fetch bridge', (mode) => ({
  serve: (setup) => serveFetch(setup, mode),
}));
