import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished } from 'vitest';

/** Somebody who is sent webhooks. */
export interface Receiver {
  readonly url: string;
  /** What it answers from now on. */
  answer: number;
  /** Waits until this many bodies have come, and gives them. */
  bodies(count: number): Promise<readonly string[]>;
}

/** A receiver on a socket of its own, which answers 200 at first. */
export async function receiverAt(): Promise<Receiver> {
  const received: string[] = [];
  const server = createServer(async (request, response) => {
    received.push(await text(request));
    response.writeHead(receiver.answer).end(`answered ${receiver.answer}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    answer: 200,
    async bodies(count) {
      await expect.poll(() => received.length).toBe(count);
      return [...received];
    },
  };
  return receiver;
}
