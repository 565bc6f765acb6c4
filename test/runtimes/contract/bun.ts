import { honoApp } from '../../adapters/hono-app.js';
import { printed } from '../report.js';
import { contractReports } from './contract.js';
import { bun } from './runtimes.js';

declare const Bun: {
  serve(options: {
    readonly hostname: string;
    readonly port: number;
    readonly maxRequestBodySize: number;
    readonly fetch: (request: Request, server: object) => Response | Promise<Response>;
  }): { readonly port: number; stop(closeConnections: boolean): Promise<void> };
};

await printed(
  contractReports(bun, async (setup, mode) => {
    const { fetch } = honoApp(setup, mode);
    // Bun's own limit answers for bodies over it; here the receiver's is tried.
    const maxRequestBodySize = Number.MAX_SAFE_INTEGER;
    const server = Bun.serve({ hostname: '127.0.0.1', port: 0, maxRequestBodySize, fetch });
    return { origin: `http://127.0.0.1:${server.port}`, close: () => server.stop(true) };
  }),
);
