import { sign } from '@countersign/core';

// Sends one delivery, signed with WEBHOOK_SECRET: tsx send.ts [url] [id] [type]
const [url = 'http://127.0.0.1:3000/webhooks', id = 'msg_1', type = 'invoice.paid'] = process.argv.slice(2);

const text = JSON.stringify({ type, timestamp: new Date(), data: { amount: 1200 } });
const { headers, body } = await sign({ id, body: text }, { secret: process.env['WEBHOOK_SECRET'] ?? '' });
const response = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body,
});
console.log(response.status, await response.text());
