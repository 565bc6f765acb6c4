import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type createNext from 'next';
import type { App, Framework } from './app.js';

// Its types say that it has a default export, and it is one.
const next: typeof createNext.default = createRequire(import.meta.url)('next');

/** A Next.js application of route handlers, one for each variant; built before it is measured. */
export const nextDirectory = fileURLToPath(new URL('../nextjs-app', import.meta.url));

/** Next.js, App Router on Node.js: the applications by hand read with `request.arrayBuffer()`. */
export const nextApps: Framework = {
  package: 'next',
  share: 0.1,
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
