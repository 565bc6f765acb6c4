import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Receiver } from '@countersign/core';
import { webhookGuard, webhookHandler } from '@countersign/express';
import type { SignedRequest } from '@countersign/testing';
import type { Express } from 'express';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Bench, bench, versions } from './bench.js';

const MIB = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes in buffers that something still holds. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

const modes = {
  handler: (app: Express, receiver: Receiver): unknown =>
    app.all('/webhooks', webhookHandler(receiver.on('*', () => {}))),
  guard: (app: Express, receiver: Receiver): unknown =>
    app.all('/webhooks', webhookGuard(receiver), (_request, response) => void response.sendStatus(204)),
};

function requestHead(headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ host: 'localhost', ...headers });
  return `POST /webhooks HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
}

/** A request whose body has no length and does not end by itself. */
async function endless({ origin }: Bench, { headers }: SignedRequest) {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  socket.write(requestHead({ ...headers, 'transfer-encoding': 'chunked' }));
  let received = '';
  socket.on('data', (data) => {
    received += data;
  });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 'x'), Buffer.from('\r\n')]);
  const drained = () =>
    new Promise<void>((resolve) => void socket.once('drain', resolve).once('close', resolve));
  return {
    socket,
    received: () => received,
    async sendChunk() {
      if (!socket.write(chunk) && !socket.destroyed) await drained();
    },
  };
}

describe.each(versions)('%s', (_version, create) => {
  describe.each(Object.entries(modes))('%s', (_mode, mount) => {
    test('a client that keeps sending is answered 413 meanwhile, and what it sends is not kept', async () => {
      // The connection must stay, however long the garbage takes.
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      const served = await bench({ create, mount });
      const client = await endless(served, await served.signed());
      for (let sent = 0; sent < 2 * MIB; sent += 0x10000) await client.sendChunk();
      await expect.poll(() => client.received()).toMatch(/^HTTP\/1\.1 413 [\s\S]*content too large"\}$/);
      const before = heldBytes();
      for (let sent = 0; sent < 128 * MIB && !client.socket.destroyed; sent += 0x10000)
        await client.sendChunk();
      expect(client.socket.destroyed).toBe(false);
      await expect.poll(() => heldBytes() - before, { timeout: 10_000 }).toBeLessThan(16 * MIB);
      expect(served.outcomes.map(({ code }) => code)).toEqual(['body_too_large']);
    });

    test('a client that never stops sending loses its connection after 5 s', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      const served = await bench({ create, mount });
      const client = await endless(served, await served.signed());
      while (!client.received().includes('413')) await client.sendChunk();
      await vi.advanceTimersByTimeAsync(4_999);
      await client.sendChunk();
      expect(client.socket.destroyed).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      while (!client.socket.destroyed) await client.sendChunk();
    });
  });
});
