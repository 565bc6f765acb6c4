import { type Provider, sign } from '@countersign/core';

/** A signed request as Node gives it to a listener. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** How the deliveries of a provider are made. */
export interface DeliveryMaker {
  readonly provider: Provider;
  readonly secret: string;
  readonly headers?: Readonly<Record<string, string>>;
  body(id: string): Buffer;
}

const POOL_BYTES = 2 ** 21;
const POOL_LENGTH = 16;

/** Different deliveries to take turns with, so that nothing is measured from one lucky input. */
export async function deliveryPool(maker: DeliveryMaker, size: number): Promise<readonly Delivery[]> {
  const length = Math.max(2, Math.min(POOL_LENGTH, Math.floor(POOL_BYTES / size)));
  const pool: Delivery[] = [];
  for (let i = 0; i < length; i += 1)
    pool.push(await delivery(maker, `msg_2KWPBgLlAfxdpx2AI54pP${1000 + i}`));
  return pool;
}

async function delivery(maker: DeliveryMaker, id: string): Promise<Delivery> {
  const { provider, secret } = maker;
  const signed = await sign({ id, body: maker.body(id) }, { provider, secret });
  const body = Buffer.from(signed.body);
  const fields = {
    host: 'webhooks.example.com',
    'user-agent': 'Sender/1.0',
    accept: '*/*',
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...maker.headers,
    ...signed.headers,
  };
  // One by one, as Node does: the object gets the shape of an `IncomingMessage`'s headers.
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) headers[name] = value;
  return { headers, body };
}

/** The delivery of a turn. */
export function taken(pool: readonly Delivery[], turn: number): Delivery {
  const delivery = pool[turn % pool.length];
  if (delivery === undefined) throw new Error('the pool is empty');
  return delivery;
}
