import { hmacScheme, jsonEnvelope, type Provider } from '@countersign/core';

/** HubSpot v3: method, URL, body and time (milliseconds) under one MAC; the body is a batch of events. */
export function hubspot(options: { readonly publicOrigin: string }): Provider {
  return {
    name: 'hubspot',
    scheme: hmacScheme({
      name: 'hubspot',
      content: '{method}{url}{body}{timestamp}',
      signature: { header: 'x-hubspot-signature-v3', encoding: 'base64' },
      timestamp: { header: 'x-hubspot-request-timestamp', unit: 'milliseconds' },
      publicUrl: (pathAndQuery) => options.publicOrigin + pathAndQuery,
    }),
    envelope: jsonEnvelope({ fields: { type: { value: 'batch' } } }),
  };
}
