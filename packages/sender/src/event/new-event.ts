import { createHash } from 'node:crypto';
import { isWebhookError, type StandardSchema } from '@countersign/core';
import { isWellFormed, validate } from '@countersign/core/strict';
import { inputFault, invalidInput, invalidName } from '../errors/invalid-input.js';
import { checkNames } from '../errors/names.js';
import { SenderError } from '../errors/sender-error.js';
import { newId } from '../ids/new-id.js';
import { checkedId, tenantOf } from '../ids/scope.js';
import type { NewEvent } from '../ports/records.js';
import { dataText } from './json-data.js';

const TYPE = /^[A-Za-z0-9_.:-]{1,128}$/;

/** What an event type is, for messages. */
export const TYPE_RULE = '1 to 128 letters, digits, `_`, `.`, `:` or `-`';

/** Whether a text can be an event's type. */
export function isEventType(type: string): boolean {
  return TYPE.test(type);
}

const MAX_TYPE_LENGTH = 128;
const MAX_KEY_LENGTH = 256;
const MOST_SHOWN = 20;
const LAST_TIMESTAMP_MS = Date.UTC(10_000, 0) - 1;
const NAMES = ['type', 'data', 'id', 'tenant', 'orderingKey', 'timestamp'];

/** What every event can say beside its type and data. */
export interface EventFields {
  /**
   * What makes a repeated `send` the same event: letters, digits, `_` and `-`, unique within the tenant until retention
   * prunes it. Default: a new one, `evt_…`.
   */
  readonly id?: string | undefined;
  /** Whose event it is: it reaches that tenant's endpoints alone. Without one it reaches endpoints without one. */
  readonly tenant?: string | undefined;
  /** Events of one key are delivered one after the other at each endpoint. */
  readonly orderingKey?: string | undefined;
  /** When it happened. Default: now. */
  readonly timestamp?: Date | undefined;
}

/** An event to be sent: typed by `events` of the sender, where it has them. */
export type SendEvent<Events> = string extends keyof Events
  ? EventFields & { readonly type: string; readonly data: unknown }
  : {
      readonly [Type in keyof Events & string]: EventFields & {
        readonly type: Type;
        readonly data: Events[Type];
      };
    }[keyof Events & string];

/** What events are checked against. */
export interface EventRules {
  /** By type; `undefined`: every type is known and any data is taken. */
  readonly schemas: ReadonlyMap<string, StandardSchema> | undefined;
  readonly maxEventBytes: number;
  /** Wall-clock epoch milliseconds. */
  readonly now: () => number;
}

/** An event, checked, with its data as the text that will be sent. `endpointId`: for this endpoint alone. */
export async function newEvent(input: unknown, rules: EventRules, endpointId?: string): Promise<NewEvent> {
  if (typeof input !== 'object' || input === null)
    throw invalidInput('event', 'an object with `type` and `data`', input);
  const given = (name: string): unknown => Reflect.get(input, name);
  checkNames('event', input, NAMES);
  const type = checkedType(given('type'), rules);
  const id = given('id');
  const timestampMs = checkedTimestamp(given('timestamp'));
  const orderingKey = checkedKey(given('orderingKey'));
  const data = dataText(given('data'));
  checkSize(data, rules.maxEventBytes);
  await checkSchema(type, data, rules.schemas?.get(type));
  return {
    id: id === undefined ? newId('evt') : checkedId('id', id),
    tenant: tenantOf(given('tenant')),
    type,
    data,
    digest: digestOf({ type, data, timestampMs, orderingKey, endpointId }),
    timestampMs: timestampMs ?? rules.now(),
    orderingKey,
    endpointId,
  };
}

function checkedType(type: unknown, { schemas }: EventRules): string {
  if (typeof type !== 'string' || !isEventType(type)) {
    throw invalidName('type', TYPE_RULE, MAX_TYPE_LENGTH, type);
  }
  if (schemas?.has(type) !== false) return type;
  const known = [...schemas.keys()].slice(0, MOST_SHOWN).join(', ');
  throw inputFault('type', `must be one of the sender's \`events\` (${known}), got \`${type}\``);
}

/** Its milliseconds, read once: a class may have a `getTime` of its own. */
function checkedTimestamp(timestamp: unknown): number | undefined {
  if (timestamp === undefined) return undefined;
  const timestampMs = timestamp instanceof Date ? timestamp.getTime() : Number.NaN;
  const isKnown = Number.isInteger(timestampMs) && timestampMs >= 0;
  if (isKnown && timestampMs <= LAST_TIMESTAMP_MS) return timestampMs;
  throw invalidInput('timestamp', 'a valid Date from 1970 to 9999', timestamp);
}

function checkedKey(key: unknown): string | undefined {
  if (key === undefined) return undefined;
  const isKey = typeof key === 'string' && key !== '' && key.length <= MAX_KEY_LENGTH && isWellFormed(key);
  if (isKey && !key.includes('\0')) return key;
  throw invalidInput('orderingKey', `a text of 1 to ${MAX_KEY_LENGTH} characters`, key);
}

function checkSize(data: string, maxBytes: number): void {
  const bytes = Buffer.byteLength(data);
  if (bytes <= maxBytes) return;
  throw new SenderError(
    'event_too_large',
    `\`data\` is ${bytes} bytes of JSON, more than the ${maxBytes} that are allowed`,
    { field: 'data' },
  );
}

/** Judged as it will stand on the wire: a `Date` is a text there. */
async function checkSchema(type: string, data: string, schema: StandardSchema | undefined): Promise<void> {
  if (schema === undefined) return;
  try {
    await validate(schema, JSON.parse(data));
  } catch (error) {
    if (!isWebhookError(error)) throw error;
    throw new SenderError('schema_mismatch', `\`${type}\`: ${error.message}`, { field: 'data' });
  }
}

interface Content {
  readonly type: string;
  readonly data: string;
  readonly timestampMs: number | undefined;
  readonly orderingKey: string | undefined;
  readonly endpointId: string | undefined;
}

function digestOf({ type, data, timestampMs, orderingKey, endpointId }: Content): string {
  // JSON has no line break: the first one ends the head.
  const head = JSON.stringify([type, timestampMs ?? null, orderingKey ?? null, endpointId ?? null]);
  return createHash('sha256').update(`${head}\n`).update(data).digest('hex');
}
