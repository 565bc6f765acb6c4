import { httpTransport } from '@countersign/sender';
import { transportContract } from '@countersign/testing';
import { describe, test } from 'vitest';

describe('httpTransport keeps the contract of every transport', () => {
  const cases = transportContract({
    transport: 'httpTransport',
    create: ({ resolve, ca }) => httpTransport({ resolve, tls: { ca } }),
  });
  for (const { title, run } of cases) test(title, run);
});
