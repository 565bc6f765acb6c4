import type { RequestListener } from 'node:http';
import { fileURLToPath } from 'node:url';
import next from 'next';
import type { App, Framework } from './app.js';

/** A Next.js application of route handlers, one for each variant; built before it is measured. */
export const nextDirectory = fileURLToPath(new URL('../nextjs-app', import.meta.url));

/** Next.js, App Router on Node.js: the applications by hand read with `request.arrayBuffer()`. */
export const nextApps: Framework = {
  package: 'next',
  apps: {
    'no verification': route('/bare'),
    'by hand': route('/by-hand'),
    'countersign, handler': route('/handler'),
    'countersign, handler, `replay: false`': route('/without-replay'),
    'countersign, guard': route('/guard'),
  },
};

function route(path: string): App {
  return async (secret): Promise<RequestListener> => {
    // Routes read it late, because `next build` has none.
    process.env['WEBHOOK_SECRET'] = secret;
    const app = next({ dev: false, dir: nextDirectory, quiet: true });
    await app.prepare();
    const handle = app.getRequestHandler();
    return (request, response) => {
      request.url = path;
      void handle(request, response);
    };
  };
}
