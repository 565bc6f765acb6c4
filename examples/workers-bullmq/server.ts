import express from 'express';
import { sender, stop } from './sender.js';

// It is not started: it sends, and delivers nothing itself.
const app = express();
app.use(express.json());

app.post('/subscribe', async (request, response) => {
  const { id, secret } = await sender.endpoints.create({ url: request.body.url, events: ['order.*'] });
  response.status(201).json({ id, secret });
});

// The event is in PostgreSQL when `send` resolves; BullMQ wakes a worker.
app.post('/orders', async (request, response) => {
  const { order, total } = request.body;
  const { id } = await sender.send({ id: `order_${order}`, type: 'order.placed', data: { order, total } });
  response.status(202).json({ event: id });
});

const server = app.listen(Number(process.env['PORT'] ?? 3000), () => {
  const address = server.address();
  console.log(`listening on port ${typeof address === 'object' ? address?.port : address}`);
});

process.once('SIGTERM', () => server.close(() => void stop()));
