import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import {
  type AdapterSetup,
  type AdapterTarget,
  receiverFor,
  type ServedReceiver,
} from '@countersign/testing';
import type createNext from 'next';
import { builtApp } from '../../tools/next/built-app.js';
import type { Served } from '../nextjs/fixture/served.js';
import { listen } from './listen.js';

// Its types say that it has a default export, and it is one.
const next: typeof createNext.default = createRequire(import.meta.url)('next');

/** Which router answers. */
export type NextRouter = 'app' | 'pages';

/** A Next.js server in this process, on the application of `../nextjs/fixture`. */
export interface NextServer {
  serve(served: Served, router: NextRouter): Promise<ServedReceiver>;
  /** Without a receiver, for routes that have one of their own. */
  serveAsItIs(): Promise<ServedReceiver>;
  close(): Promise<void>;
}

/** Starts Next.js as `next start` does; the application is built first. */
export async function startNext(): Promise<NextServer> {
  const app = next({ dev: false, dir: await builtApp('test/nextjs/fixture', { below: 'test/nextjs' }) });
  await app.prepare();
  const handle = app.getRequestHandler();
  const storage = new AsyncLocalStorage<Served>();
  globalThis.servedByNext = storage;
  return {
    serve: (served, router) =>
      listen((request, response) => {
        if (router === 'pages') request.url = `/api${served.parserFirst ? '/parsed' : ''}${request.url}`;
        storage.run(served, () => void handle(request, response));
      }),
    serveAsItIs: () => listen((request, response) => void handle(request, response)),
    close: () => app.close(),
  };
}

/** One webhook route of a Next.js server. */
export function serveNext(
  { serve }: NextServer,
  setup: AdapterSetup,
  mode: AdapterTarget['mode'],
  router: NextRouter,
): Promise<ServedReceiver> {
  const served: Served = {
    mode,
    parserFirst: setup.parserFirst,
    receiver: receiverFor(setup, mode),
    async guarded(_request, { webhook }) {
      const { status, body } = await setup.application(webhook);
      return new Response(body, { status });
    },
  };
  return serve(served, router);
}
