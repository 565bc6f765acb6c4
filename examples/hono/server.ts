import { serve } from '@hono/node-server';
import { app } from './app.js';

const port = Number(process.env['PORT'] ?? 3000);
const server = serve({ fetch: app.fetch, port }, (info) => console.log(`listening on port ${info.port}`));

// Requests under way are answered, and their deliveries committed, before the process ends.
process.once('SIGTERM', () => server.close());
