import { honoApp } from '../../adapters/hono-app.js';
import { printed } from '../report.js';
import { contractReports } from './contract.js';
import { deno } from './runtimes.js';

declare const Deno: {
  serve(
    options: {
      readonly hostname: string;
      readonly port: number;
      readonly signal: AbortSignal;
      onListen(): void;
    },
    handler: (request: Request, info: object) => Response | Promise<Response>,
  ): { readonly addr: { readonly port: number }; readonly finished: Promise<void> };
};

await printed(
  contractReports(deno, async (setup, mode) => {
    const ending = new AbortController();
    const options = { hostname: '127.0.0.1', port: 0, signal: ending.signal, onListen() {} };
    const { addr, finished } = Deno.serve(options, honoApp(setup, mode).fetch);
    return {
      origin: `http://127.0.0.1:${addr.port}`,
      close() {
        ending.abort();
        return finished;
      },
    };
  }),
);
