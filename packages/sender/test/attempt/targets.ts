import { type Target, targetOf } from '../../src/attempt/target.js';
import { createVault } from '../../src/endpoint/vault.js';
import type { EndpointRecord, EndpointSettings } from '../../src/ports/records.js';

/** The time at which requests are written. */
export const NOW = new Date('2026-01-15T10:30:00.500Z');

/** Secrets that every provider takes. */
export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const OLD_SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;

/** An endpoint whose secrets, newest first, may still have a time to live. */
export function recordOf(
  secrets: readonly { readonly text: string; readonly expiresInMs?: number }[],
  settings: Partial<EndpointSettings> = {},
): EndpointRecord {
  return {
    id: 'wh_1',
    tenant: '',
    status: 'enabled',
    events: ['*'],
    secrets: secrets.map(({ text, expiresInMs }, index) => ({
      id: `s${secrets.length - index}`,
      value: `clear:${text}`,
      expiresInMs,
    })),
    settings: { url: 'https://example.com/hooks', ...settings },
    revision: 1,
    createdAtMs: 0,
    updatedAtMs: 0,
  };
}

/** The endpoint made ready for attempts, by a sender that allows everything. */
export function targetFor(record: EndpointRecord): Target {
  const urlPolicy = {
    allowHttp: true,
    allowLocalNames: true,
    allowedPorts: [{ from: 1, to: 65_535 }],
    allowsAddress: () => true,
  };
  const defaults = {
    vault: createVault(undefined),
    urlPolicy,
    retry: { delaysMs: [0, 1000] },
    concurrency: 8,
  };
  return targetOf(record, defaults, NOW.getTime());
}
