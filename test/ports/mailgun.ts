import { hmacScheme, jsonEnvelope, type Provider, type Scheme, WebhookError } from '@countersign/core';
import {
  encodeUtf8,
  isIdentity,
  isJsonObject,
  parseJsonBody,
  parseTimestamp,
} from '@countersign/core/strict';
import { member } from './values.js';

// For its keys alone: nothing of the signature stands in a header.
const base = hmacScheme({
  name: 'mailgun',
  content: '{body}',
  signature: { header: 'unused', encoding: 'hex' },
});

const scheme: Scheme = {
  ...base,
  headers: [],
  // The token is signed and unique for each delivery; the event beside it is not covered at all.
  authenticates: { body: 'none', id: true, timestamp: 'seconds', url: false },
  read: () => ({ signatures: [] }),
  readBody(body) {
    const signature = member(parseJsonBody(body), 'signature');
    const timestamp = textMember(signature, 'timestamp');
    const id = textMember(signature, 'token');
    const sentAtMs = parseTimestamp(timestamp, 'seconds');
    if (sentAtMs === undefined || !isIdentity(id)) {
      throw new WebhookError('malformed_envelope', '`signature.timestamp` or `signature.token` is malformed');
    }
    const value = textMember(signature, 'signature');
    return { id, timestamp, sentAtMs, signatures: [{ algorithm: 'hmac-sha256', encoding: 'hex', value }] };
  },
  content: ({ timestamp = '', id = '' }) => [timestamp + id],
  write({ id, timestamp, body }, signatures) {
    const json = parseJsonBody(body);
    const signature = { timestamp, token: id, signature: signatures[0]?.value };
    return {
      headers: {},
      body: encodeUtf8(JSON.stringify(isJsonObject(json) ? { signature, ...json } : json)),
    };
  },
};

/** Mailgun: time, token and signature stand in the body, and the signature covers time and token alone. */
export const mailgun: Provider = {
  name: 'mailgun',
  scheme,
  envelope: jsonEnvelope({
    fields: {
      type: { body: 'event-data.event' },
      id: { body: 'event-data.id' },
      timestamp: { body: 'event-data.timestamp', time: 'seconds' },
    },
    data: 'event-data',
    members: (event) => ({ 'event-data': event.data }),
  }),
};

function textMember(json: unknown, name: string): string {
  const value = member(json, name);
  if (typeof value === 'string') return value;
  throw new WebhookError('malformed_envelope', `\`signature.${name}\` must be a text`);
}
