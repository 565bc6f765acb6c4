import { randomUUID } from 'node:crypto';
import { sign } from '@countersign/core';
import { jsonBody } from '../json-body.js';

const BODY_BYTES = 1024;

/** Signed requests as they go over the wire, each with an id of its own. */
export async function signedRequests(secret: string, count: number): Promise<readonly Buffer[]> {
  const timestamp = new Date().toISOString();
  const body = jsonBody(BODY_BYTES, (data) => ({ type: 'invoice.paid', timestamp, data }));
  const requests: Buffer[] = [];
  for (let i = 0; i < count; i += 1) {
    const { headers } = await sign({ id: `msg_${randomUUID()}`, body }, { secret });
    requests.push(Buffer.concat([Buffer.from(head(headers, body.length)), body]));
  }
  return requests;
}

function head(signed: Readonly<Record<string, string>>, length: number): string {
  const headers = {
    Host: '127.0.0.1',
    'User-Agent': 'Sender/1.0',
    Accept: '*/*',
    'Content-Type': 'application/json',
    'Content-Length': String(length),
    ...signed,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /webhooks HTTP/1.1\r\n${lines.join('')}\r\n`;
}
