import { transportContract } from '@countersign/testing';
import { describe, test } from 'vitest';
import { httpTransport } from '../../packages/sender/src/transport/http-transport.js';

describe('httpTransport keeps the contract of every transport', () => {
  const cases = transportContract({
    transport: 'httpTransport',
    create: ({ resolve, ca }) => httpTransport({ resolve, tls: { ca } }),
  });
  for (const { title, run } of cases) test(title, run);
});
