import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Secrets, sign } from '@countersign/core';
import { vi } from 'vitest';
import type { RunningExample } from './example-process.js';

/** A Standard Webhooks delivery, signed with one secret or several. */
export interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly data?: unknown;
  readonly secret: Secrets;
}

async function signed({ id, type, data = {}, secret }: Delivery) {
  const { headers, body } = await sign({ id, body: JSON.stringify({ type, data }) }, { secret });
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
}

/** Posts a delivery; resolves to status and JSON. */
export async function deliver(url: string, delivery: Delivery): Promise<[status: number, json: unknown]> {
  const response = await fetch(url, await signed(delivery));
  return [response.status, await response.json()];
}

/**
 * Posts a delivery whose body arrives only after the example was told to end and has stopped listening; resolves
 * to the status and to how the process ended.
 */
export async function deliverWhileItEnds({ origin, stop }: RunningExample, path: string, delivery: Delivery) {
  const { method, headers, body } = await signed(delivery);
  const outgoing = request(`${origin}${path}`, {
    method,
    // Kept open, the connection would keep the process for as long.
    agent: false,
    headers: { ...headers, 'content-length': body.length, expect: '100-continue' },
  });
  const answered = new Promise<number>((resolve, reject) => {
    outgoing.on('error', reject).on('response', (response) => {
      text(response).then(() => resolve(response.statusCode ?? 0), reject);
    });
  });
  outgoing.flushHeaders();
  // The server has the headers and asks for the body.
  await new Promise<void>((resolve, reject) => outgoing.on('continue', resolve).on('error', reject));
  const ended = stop();
  await vi.waitFor(() => mustRefuse(Number(new URL(origin).port)), 10_000);
  outgoing.end(body);
  return { status: await answered, ...(await ended) };
}

function mustRefuse(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => resolve());
    socket.on('connect', () => {
      socket.destroy();
      reject(new Error('it still listens'));
    });
  });
}
