import type { Field } from '../envelope/port.js';
import type { Provider } from './provider.js';

/** A part of an event that its signature may not cover. */
export type EventField = 'id' | 'type' | 'timestamp' | 'data';

/**
 * The parts of an event that anybody on the way could have changed, because the provider's signature
 * does not cover them.
 *
 * @example
 * unauthenticatedFields(github); // ['type']: it stands in an unsigned header
 */
export function unauthenticatedFields(provider: Provider): readonly EventField[] {
  const { fields } = provider.envelope;
  const { authenticates } = provider.scheme;
  const uncovered: EventField[] = [];
  if (fields.id !== undefined && !isCovered(provider, fields.id, authenticates.id)) uncovered.push('id');
  if (!isCovered(provider, fields.type, false)) uncovered.push('type');
  if (
    fields.timestamp !== undefined &&
    !isCovered(provider, fields.timestamp, authenticates.timestamp !== false)
  ) {
    uncovered.push('timestamp');
  }
  if (authenticates.body === 'none') uncovered.push('data');
  return Object.freeze(uncovered);
}

function isCovered({ scheme }: Provider, field: Field, headerIsSigned: boolean): boolean {
  if ('value' in field) return true;
  if ('header' in field) return headerIsSigned;
  const { body } = scheme.authenticates;
  if (typeof body === 'string') return body === 'all';
  return field.body === body.json || field.body.startsWith(`${body.json}.`);
}

/** What makes two deliveries of a provider the same one, always from signed material. */
export type IdentitySource = 'signed header' | 'signed body' | 'digest';

/** Where a provider's identity comes from. */
export function identitySource({ scheme, envelope }: Provider): IdentitySource {
  if (scheme.authenticates.id) return 'signed header';
  const { id } = envelope.fields;
  return id !== undefined && 'body' in id && scheme.authenticates.body === 'all' ? 'signed body' : 'digest';
}

/** What decides whether a delivery is recent. */
export type FreshnessSource = 'signed header' | 'signed body' | 'event time' | 'none';

/**
 * Where a provider's freshness comes from: the signed time of the attempt, or else the event's own time
 * in the signed body, which bounds its age but cannot tell an attempt from a copy.
 */
export function freshnessSource({ scheme, envelope }: Provider): FreshnessSource {
  if (scheme.authenticates.timestamp !== false) return 'signed header';
  if (scheme.authenticates.body !== 'all') return 'none';
  const { sentAt, timestamp } = envelope.fields;
  if (sentAt !== undefined && 'body' in sentAt) return 'signed body';
  return timestamp !== undefined && 'body' in timestamp ? 'event time' : 'none';
}
