import { isJsonObject, stringifyJson } from '../bytes/json.js';
import { parseTimestamp, type TimeUnit } from '../bytes/timestamp.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import { mustBe } from '../errors/describe.js';
import { WebhookError } from '../errors/webhook-error.js';
import { IDENTITY_RULE, isIdentity } from '../scheme/identity.js';
import type { Decoded, DeliveryInfo, Envelope, Field, Outgoing } from './port.js';

const MAX_TYPE_LENGTH = 256;

/** Options of {@link jsonEnvelope}. */
export interface JsonEnvelopeOptions {
  readonly fields: Envelope['fields'];
  /** Dot path of the payload; the whole body where it is left out. */
  readonly data?: string | undefined;
  /** Unsigned headers that repeat a member of the body, by header name: one that disagrees is refused. */
  readonly repeats?: Readonly<Record<string, string>> | undefined;
  /**
   * The body's members, in the order in which they are written; a `JsonText` is written as it stands. The
   * payload alone is the body where this is left out.
   */
  members?(event: Outgoing, delivery: DeliveryInfo): Readonly<Record<string, unknown>>;
  /** Headers beside the scheme's own. */
  headers?(event: Outgoing, delivery: DeliveryInfo): Readonly<Record<string, string>>;
}

/**
 * An envelope that is one JSON object.
 *
 * @example
 * const envelope = jsonEnvelope({
 *   fields: { type: { body: 'event' }, id: { body: 'id' } },
 *   data: 'data',
 *   members: (event) => ({ id: event.id, event: event.type, data: event.data }),
 * });
 */
export function jsonEnvelope(options: JsonEnvelopeOptions): Envelope {
  const { fields, data, repeats = {} } = options;
  return {
    fields,
    decode(json, header) {
      for (const [name, path] of Object.entries(repeats)) checkRepeated(json, path, name, header(name));
      return {
        type: readType(json, fields.type, header),
        id: fields.id === undefined ? undefined : readId(json, fields.id, header),
        timestamp: fields.timestamp === undefined ? undefined : readTime(json, fields.timestamp, header),
        sentAt: fields.sentAt === undefined ? undefined : readTime(json, fields.sentAt, header),
        data: data === undefined ? json : at(json, data),
      };
    },
    encode(event, delivery) {
      if (options.members === undefined && 'body' in fields.type) {
        throw mustBe('members', 'given: without it an event cannot be written', options.members);
      }
      const members = options.members?.(event, delivery);
      return {
        headers: { 'content-type': 'application/json', ...options.headers?.(event, delivery) },
        body: encodeUtf8(members === undefined ? stringifyJson(event.data) : writeObject(members)),
      };
    },
  };
}

function writeObject(members: Readonly<Record<string, unknown>>): string {
  const written = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${stringifyJson(value)}`);
  return `{${written.join(',')}}`;
}

type HeaderOf = Parameters<Envelope['decode']>[1];

function readField(json: unknown, field: Field, header: HeaderOf): unknown {
  if ('value' in field) return field.value;
  return 'header' in field ? header(field.header) : at(json, field.body);
}

function readType(json: unknown, field: Field, header: HeaderOf): string {
  const type = readField(json, field, header);
  if (typeof type === 'string' && type !== '' && type.length <= MAX_TYPE_LENGTH) return type;
  throw malformed(`${placeOf(field)} must be the event type, a text of 1 to ${MAX_TYPE_LENGTH} characters`);
}

function readId(json: unknown, field: Field, header: HeaderOf): string {
  const id = readField(json, field, header);
  if (typeof id === 'string' && isIdentity(id)) return id;
  throw new WebhookError('malformed_identity', `${placeOf(field)} must be the id, ${IDENTITY_RULE}`);
}

function readTime(json: unknown, field: Field, header: HeaderOf): Date | undefined {
  const value = readField(json, field, header);
  if (value === undefined || value === null) return undefined;
  const unit: TimeUnit = 'body' in field ? (field.time ?? 'iso') : 'iso';
  const epochMs = typeof value === 'string' ? parseTimestamp(value, unit) : epochOf(value, unit);
  if (epochMs === undefined) throw malformed(`${placeOf(field)} must be a time (${unit})`);
  return new Date(epochMs);
}

function epochOf(value: unknown, unit: TimeUnit): number | undefined {
  if (typeof value !== 'number' || unit === 'iso') return undefined;
  const epochMs = unit === 'seconds' ? value * 1000 : value;
  return epochMs >= 0 && epochMs <= 8.64e15 ? Math.floor(epochMs) : undefined;
}

function checkRepeated(json: unknown, path: string, name: string, value: string | undefined): void {
  if (value !== undefined && value !== at(json, path)) {
    throw new WebhookError('header_mismatch', `header \`${name}\` disagrees with the signed \`${path}\``);
  }
}

function at(json: unknown, path: string): unknown {
  let value = json;
  for (const name of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

function placeOf(field: Field): string {
  if ('value' in field) return `the constant \`${field.value}\``;
  return 'header' in field ? `header \`${field.header}\`` : `\`${field.body}\``;
}

function malformed(problem: string): WebhookError {
  return new WebhookError('malformed_envelope', problem);
}

/** The time of a decoded body that the receiver cannot do without. */
export function requireTime(decoded: Decoded, envelope: Envelope): Date {
  const field = envelope.fields.sentAt ?? envelope.fields.timestamp;
  const time = envelope.fields.sentAt === undefined ? decoded.timestamp : decoded.sentAt;
  if (time !== undefined) return time;
  throw malformed(`${field === undefined ? 'the body' : placeOf(field)} must hold the time`);
}
