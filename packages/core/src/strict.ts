/**
 * The strict readers that the built-in providers are made of, for those who write a scheme or an envelope of
 * their own: one spelling for each value, nothing coerced, and one sentence for what is wrong.
 *
 * @module
 */
export { decodeBase64, decodeBase64Url, encodeBase64 } from './bytes/base64.js';
export { decodeHex, encodeHex } from './bytes/hex.js';
export { bodyText, isJsonObject, parseJsonBody } from './bytes/json.js';
export { formatTimestamp, parseTimestamp } from './bytes/timestamp.js';
export { decodeUtf8, encodeUtf8, isVisibleAscii, isWellFormed } from './bytes/utf8.js';
export { finiteNumber, kindOf, mustBe } from './errors/describe.js';
export { isEventPattern } from './events/event-pattern.js';
export { isStandardSchema } from './events/standard-schema.js';
export { validate } from './events/validate.js';
export { checkedProvider } from './provider/provider.js';
export { retryDelaysMs } from './provider/retry-policy.js';
export { malformedHeader } from './request/header-reader.js';
export { jsonResponse } from './request/webhook-response.js';
export { checkedId, isIdentity } from './scheme/identity.js';
export { checkSecretText, MIN_SECRET_BYTES, verbatimSecret } from './scheme/secret-text.js';
export {
  checkedSignature,
  type ListEntry,
  type ListSyntax,
  parseSignatureList,
} from './scheme/signature-list.js';
export { untilAborted } from './time/until-aborted.js';
