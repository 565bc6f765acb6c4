import { ConfigurationError } from '../errors/webhook-error.js';
import { malformedHeader } from '../request/header-reader.js';
import { checkedSignature, parseSignatureList } from './signature-list.js';

/** Where a scheme's signature stands and how it is written. */
export interface SignatureOptions {
  readonly header: string;
  readonly encoding: 'hex' | 'base64' | 'base64url';
  /** Text before the signature, such as `sha256=`; required as it stands. */
  readonly prefix?: string | undefined;
  /** The header is a list such as `t=1,v1=ab,v1=cd`, and every entry with this key is a signature. */
  readonly list?: { readonly key: string; readonly separator?: ',' | ';' | undefined } | undefined;
}

/** The signature header's value, taken apart and put together. */
export interface SignatureHeader {
  read(value: string): { readonly values: readonly string[]; readonly timestamp?: string | undefined };
  write(values: readonly string[], timestamp: string | undefined): string;
}

/** One signature, or a list of them with the time among its entries where `timeKey` is given. */
export function signatureHeaderOf(
  scheme: string,
  name: string,
  { prefix = '', list }: SignatureOptions,
  timeKey: string | undefined,
): SignatureHeader {
  if (list === undefined) return singleSignature(scheme, name, prefix);
  const separator = list.separator ?? ',';
  return {
    read(value) {
      const entries = parseSignatureList(name, value, { separator, assign: '=' });
      const times = entries.filter((entry) => entry.key === timeKey);
      if (timeKey !== undefined && times.length !== 1)
        throw malformedHeader(name, `must have one \`${timeKey}\``);
      const signatures = entries.filter((entry) => entry.key === list.key);
      return {
        values: signatures.map((entry) => withoutPrefix(name, entry.value, prefix)),
        timestamp: times[0]?.value,
      };
    },
    write(values, timestamp) {
      const signatures = values.map((value) => `${list.key}=${prefix}${value}`);
      return [timeKey === undefined ? [] : `${timeKey}=${timestamp}`, signatures].flat().join(separator);
    },
  };
}

function singleSignature(scheme: string, name: string, prefix: string): SignatureHeader {
  return {
    read: (value) => ({ values: [withoutPrefix(name, value, prefix)] }),
    write([value, ...more]) {
      if (value === undefined || more.length > 0) {
        throw new ConfigurationError(
          'invalid_secret',
          `\`${scheme}\` sends exactly one signature: give one secret`,
        );
      }
      return prefix + value;
    },
  };
}

function withoutPrefix(header: string, value: string, prefix: string): string {
  if (!value.startsWith(prefix) || value.length === prefix.length) {
    throw malformedHeader(
      header,
      prefix === '' ? 'must not be empty' : `must be \`${prefix}\` and a signature`,
    );
  }
  return checkedSignature(header, value.slice(prefix.length));
}
