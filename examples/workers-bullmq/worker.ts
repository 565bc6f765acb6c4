import { createServer } from 'node:http';
import { sender, stop } from './sender.js';

await sender.start();

// For whoever looks after processes: how much waits, and how much of it is here.
const server = createServer(async (_request, response) => {
  try {
    response.end(JSON.stringify(await sender.totals()));
  } catch {
    response.writeHead(503).end();
  }
});
server.listen(Number(process.env['PORT'] ?? 3002), () => {
  const address = server.address();
  console.log(`worker: health on port ${typeof address === 'object' ? address?.port : address}`);
});

process.once('SIGTERM', () => server.close(() => void stop()));
