import { hmacScheme, jsonEnvelope, type Provider } from '@countersign/core';
import { jsonResponse } from '@countersign/core/strict';
import { member } from './values.js';

/** Zoom: `v0:{ts}:{body}`, and an endpoint check in a signed body that is answered with a MAC. */
export const zoom: Provider = {
  name: 'zoom',
  scheme: hmacScheme({
    name: 'zoom',
    content: 'v0:{timestamp}:{body}',
    signature: { header: 'x-zm-signature', encoding: 'hex', prefix: 'v0=' },
    timestamp: { header: 'x-zm-request-timestamp' },
  }),
  envelope: jsonEnvelope({
    fields: { type: { body: 'event' }, timestamp: { body: 'event_ts', time: 'milliseconds' } },
    data: 'payload',
    members: (event) => ({ event: event.type, event_ts: event.timestamp.getTime(), payload: event.data }),
  }),
  async handshake({ verified, sign }) {
    if (member(verified, 'event') !== 'endpoint.url_validation') return undefined;
    const plainToken = member(verified, 'payload', 'plainToken');
    if (typeof plainToken !== 'string') return undefined;
    return jsonResponse(200, { plainToken, encryptedToken: await sign([plainToken], 'hex') });
  },
};
