import { hmacScheme, jsonEnvelope, type Provider, type TimeUnit } from '@countersign/core';

/** A system that signs a time, in hex, as many do. */
export const hexSigner: Provider = {
  name: 'hexSigner',
  scheme: hmacScheme({
    name: 'hexSigner',
    content: '{timestamp}.{body}',
    signature: { header: 'x-signature', encoding: 'hex', prefix: 'sha256=' },
    timestamp: { header: 'x-timestamp' },
  }),
  envelope: jsonEnvelope({
    fields: { type: { body: 'type' } },
    data: 'data',
    members: ({ type, data }) => ({ type, data }),
  }),
};

export const publicUrl = 'https://hooks.example/webhooks';

/** What the URL signer signs, without the URL that it needs to. */
export const urlContent = {
  name: 'urlSigner',
  content: '{url}{body}',
  signature: { header: 'x-signature', encoding: 'hex' },
} as const;

/** A system that signs the URL. */
export const urlSigner: Provider = {
  name: 'urlSigner',
  scheme: hmacScheme({ ...urlContent, publicUrl }),
  envelope: jsonEnvelope({
    fields: { type: { body: 'type' }, id: { body: 'id' } },
    data: 'data',
    members: ({ id, type, data }) => ({ id, type, data }),
  }),
};

/** {@link hexSigner} with its time in another unit. */
export const timeSigner = (unit: TimeUnit): Provider => ({
  ...hexSigner,
  name: unit,
  scheme: hmacScheme({
    name: unit,
    content: '{timestamp}.{body}',
    signature: { header: 'x-signature', encoding: 'hex', prefix: 'sha256=' },
    timestamp: { header: 'x-timestamp', unit },
  }),
});
