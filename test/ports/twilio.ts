import {
  type ContentPart,
  type Envelope,
  hmacScheme,
  jsonEnvelope,
  type Message,
  type Provider,
  type Scheme,
  WebhookError,
} from '@countersign/core';
import { bodyText, encodeUtf8 } from '@countersign/core/strict';

const base = hmacScheme({
  name: 'twilio',
  content: '{body}',
  algorithm: 'hmac-sha1',
  signature: { header: 'x-twilio-signature', encoding: 'base64' },
});

/** Twilio with a form: the URL, then each parameter's name and value, sorted by name. */
export function twilioForm(options: { readonly publicUrl: string }): Provider {
  const content = ({ body }: Message): readonly ContentPart[] => [options.publicUrl + sortedParameters(body)];
  return {
    name: 'twilioForm',
    scheme: {
      ...base,
      authenticates: { body: 'all', id: false, timestamp: false, url: true },
      content,
      // The order of the parameters is not signed: a digest of the body would let a reordered copy through.
      identity: content,
    },
    envelope: formEnvelope,
  };
}

const formEnvelope: Envelope = {
  ...jsonEnvelope({ fields: { type: { body: 'MessageStatus' } } }),
  parse: (body) => Object.fromEntries(parameters(body)),
  encode: (event) => ({
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: encodeUtf8(new URLSearchParams(Object(event.data)).toString()),
  }),
};

/** Twilio with JSON: the URL alone, whose query names the SHA-256 of the body. */
export function twilioJson(options: { readonly publicUrl: string }): Provider {
  const scheme: Scheme = {
    ...base,
    authenticates: { body: 'all', id: false, timestamp: false, url: true },
    content({ url = '', body }) {
      // Only the query is taken from the request; the digest in it is replaced by the body's own.
      const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
      const digest = /(?<=[?&]bodySHA256=)[^&]*/.exec(query);
      if (digest === null) throw new WebhookError('malformed_envelope', 'the query has no `bodySHA256`');
      const before = query.slice(0, digest.index);
      const after = query.slice(digest.index + digest[0].length);
      return [options.publicUrl + before, { sha256Hex: body }, after];
    },
  };
  return {
    name: 'twilioJson',
    scheme,
    envelope: jsonEnvelope({ fields: { type: { body: 'type' }, id: { body: 'id' } }, data: 'data' }),
  };
}

function sortedParameters(body: Uint8Array): string {
  const values = new Map<string, Set<string>>();
  for (const [name, value] of parameters(body)) values.set(name, (values.get(name) ?? new Set()).add(value));
  const names = [...values.keys()].sort();
  return names.flatMap((name) => [...(values.get(name) ?? [])].sort().map((value) => name + value)).join('');
}

function parameters(body: Uint8Array): readonly (readonly [string, string])[] {
  return bodyText(body)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [unescapeStrictly(name), unescapeStrictly(value.join('='))];
    });
}

// URLSearchParams replaces what is not UTF-8: two bodies would share one MAC.
function unescapeStrictly(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new WebhookError('invalid_utf8', 'the form has an escape that is not UTF-8');
  }
}
