import type { AdapterTarget } from '@countersign/testing';

/** A runtime that runs the adapter contract by itself. */
export type ContractRuntime = Pick<AdapterTarget, 'adapter' | 'cannot'>;

export const bun: ContractRuntime = { adapter: 'hono 4 on bun' };

export const deno: ContractRuntime = {
  adapter: 'hono 4 on deno',
  cannot: {
    'a connection whose body came too slowly is closed after the answer':
      'Deno.serve keeps a connection until the rest of the body has come or the client leaves, whatever `connection` says, and gives the application no way to close it',
    'what a chunked body too large still sends is read away, and the next request understood':
      'an answer that leaves while the body is still read has `connection: close` from Deno.serve, which reads the rest away and then closes',
  },
};
