import { ConfigurationError } from '@countersign/core';
import { SenderError } from '../errors/sender-error.js';
import type { EndpointDraft, EndpointRecord, StoredEvent } from '../ports/records.js';
import { buildRequest } from './build-request.js';
import type { Target } from './target.js';
import type { WireFormat } from './wire-format.js';

const SAMPLE: StoredEvent = {
  key: '',
  id: 'evt_0',
  tenant: '',
  type: 'webhook.sample',
  data: '{}',
  digest: '',
  timestampMs: 0,
};

/** Writes and signs a sample, so that a secret which cannot sign is refused where it is given. */
export async function checkSignable(
  draft: EndpointDraft,
  targetOf: (record: EndpointRecord) => Target,
  wire: WireFormat,
  now: Date,
): Promise<void> {
  const record = { ...draft, revision: 1, createdAtMs: 0, updatedAtMs: 0 };
  const info = { endpointId: draft.id, deliveryId: 'dlv_0', attempt: 1, sentAt: now, test: true };
  try {
    await buildRequest(SAMPLE, info, targetOf(record), wire);
  } catch (cause) {
    if (!(cause instanceof ConfigurationError)) throw cause;
    throw new SenderError('invalid_input', `\`secret\`: ${cause.message}`, { field: 'secret', cause });
  }
}
