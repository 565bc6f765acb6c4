import type { TimeUnit } from '../bytes/timestamp.js';
import type { ContentPart, KeyMaterial, Signature, SignatureEncoding } from '../crypto/port.js';
import type { HeaderReader } from '../request/header-reader.js';

/** A secret as the user has it: its text, or the bytes of the key themselves. */
export type Secret = string | Uint8Array;

/** What a signature is over, as the wire writes it. */
export interface Message {
  readonly id?: string | undefined;
  readonly timestamp?: string | undefined;
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly body: Uint8Array;
}

/** A request without its body: what a scheme reads first. */
export interface SchemeInput extends HeaderReader {
  readonly method: string;
  readonly url: string;
}

/** What a request claims about itself: nothing of it is believed before a signature holds. */
export interface Credentials {
  readonly id?: string | undefined;
  readonly timestamp?: string | undefined;
  /** `timestamp` as epoch milliseconds. */
  readonly sentAtMs?: number | undefined;
  readonly signatures: readonly Signature[];
}

/** What the signature covers. */
export interface Authenticates {
  /** The whole body, nothing of it, or one member of its JSON. */
  readonly body: 'all' | 'none' | { readonly json: string };
  /** Whether `Message.id` is signed; it then is the delivery's identity. */
  readonly id: boolean;
  /** The unit of the signed `Message.timestamp`; `false` where no time of the attempt is signed. */
  readonly timestamp: TimeUnit | false;
  readonly url: boolean;
}

/**
 * How a delivery is authenticated on the wire. Pure and synchronous; it never sees a key or a MAC. What
 * it throws is a `WebhookError`.
 */
export interface Scheme {
  readonly name: string;
  readonly authenticates: Authenticates;
  /** How its signatures are written. */
  readonly encoding: SignatureEncoding;
  /** The headers that `write` makes, in lower case: no custom header may take their place. */
  readonly headers: readonly string[];
  /** Whether `write` takes several signatures: senders sign with every key while secrets rotate. Default: one only. */
  readonly listsSignatures?: boolean | undefined;
  /** The keys that a secret stands for; a `ConfigurationError` says what is wrong with its form. */
  readKey(secret: Secret): readonly KeyMaterial[];
  /** Reads and checks the headers, before the body is read. */
  read(input: SchemeInput): Credentials;
  /** Only where the credentials stand in the body (Mailgun): reads them there instead, after `read`. */
  readBody?(body: Uint8Array): Credentials;
  /** The signed content: one for each message, the same function on both sides. */
  content(message: Message): readonly ContentPart[];
  /** What makes two deliveries the same one, where neither header nor body has an id. Default: the body. */
  identity?(message: Message): readonly ContentPart[];
  /** Puts signatures on the wire. */
  write(message: Message, signatures: readonly Signature[]): SignedDelivery;
}

/** What goes over the wire. */
export interface SignedDelivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
