import { createHmac, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { httpTransport, type Transport } from '@countersign/sender';
import { DATA } from '../payload.js';
import { type Contender, inParallel, type Setting } from './contender.js';

const REQUEST_TIMEOUT_MS = 30_000;
const MAX_RESPONSE_BYTES = 65_536;

/** The same transport in a loop, with the body and the MAC made by hand, and no record at all. */
export function bareLoop({ urls, connections }: Setting): Contender {
  const transport = httpTransport();
  const key = createSecretKey(randomBytes(32));
  const targets = urls.map((url) => new URL(url));
  let waiting = 0;
  const send = async (index: number): Promise<void> => {
    const url = targets[index % targets.length];
    if (url !== undefined) await post(transport, url, key);
  };
  const run = (count: number): Promise<void> => inParallel(count, connections, send);
  return {
    async fill(count) {
      waiting = count;
    },
    drain: () => run(waiting),
    endToEnd: run,
    close: () => transport.close(),
  };
}

async function post(transport: Transport, url: URL, key: Parameters<typeof createHmac>[1]): Promise<void> {
  const now = new Date();
  const id = `evt_${randomUUID()}`;
  const seconds = String(Math.floor(now.getTime() / 1000));
  const body = Buffer.from(JSON.stringify({ type: 'bench.sent', timestamp: now.toISOString(), data: DATA }));
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64');
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), REQUEST_TIMEOUT_MS);
  const exchange = await transport.exchange({
    url,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': seconds,
      'webhook-signature': `v1,${mac}`,
    },
    body,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    signal: abort.signal,
    allowsAddress: () => true,
  });
  clearTimeout(timer);
  if (exchange.kind === 'failure' || exchange.status !== 200) throw new Error(JSON.stringify(exchange));
}
