import { jsonEnvelope, type Provider, type Scheme, WebhookError } from '@countersign/core';
import { decodeHex, jsonResponse } from '@countersign/core/strict';
import { publicKeyScheme } from './public-key.js';
import { member } from './values.js';

const scheme: Scheme = publicKeyScheme({
  name: 'discord',
  algorithm: 'ed25519',
  encoding: 'hex',
  signatureHeader: 'x-signature-ed25519',
  timestampHeader: 'x-signature-timestamp',
  readKey: decodeHex,
});

const INTERACTION_PING = 1;
const EVENT_PING = 0;

const interactions = jsonEnvelope({
  fields: { type: { body: 'type' }, id: { body: 'id' } },
  members: (event) => ({
    id: event.id,
    type: Number(event.type.slice('interaction.'.length)),
    data: event.data,
  }),
});

/** Interactions: `type` is a number, and 1 is a PING. */
export const discordInteractions: Provider = {
  name: 'discordInteractions',
  scheme,
  envelope: {
    ...interactions,
    decode(json, header) {
      const type = member(json, 'type');
      if (typeof type !== 'number') throw new WebhookError('malformed_envelope', '`type` must be a number');
      const named = { ...Object(json), type: `interaction.${type}` };
      return { ...interactions.decode(named, header), data: json };
    },
  },
  handshake: ({ verified }) =>
    member(verified, 'type') === INTERACTION_PING ? jsonResponse(200, { type: 1 }) : undefined,
};

/** Webhook events: the outer `type` 0 is a PING, answered 204. */
export const discordEvents: Provider = {
  name: 'discordEvents',
  scheme,
  envelope: jsonEnvelope({
    fields: { type: { body: 'event.type' }, timestamp: { body: 'event.timestamp', time: 'iso' } },
    data: 'event.data',
    members: (event) => ({
      version: 1,
      type: 1,
      event: { type: event.type, timestamp: event.timestamp.toISOString(), data: event.data },
    }),
  }),
  handshake: ({ verified }) =>
    member(verified, 'type') === EVENT_PING
      ? { status: 204, headers: {}, body: new Uint8Array() }
      : undefined,
};
