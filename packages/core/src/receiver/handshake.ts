import type { PreparedKey } from '../crypto/port.js';
import { WebhookError } from '../errors/webhook-error.js';
import { keysAt } from '../keys/key-ring.js';
import type { RequestReader } from '../request/header-reader.js';
import type { WebhookRequest } from '../request/webhook-request.js';
import type { WebhookResponse } from '../request/webhook-response.js';
import { withDeadline } from '../time/deadline.js';
import type { MaybePromise } from '../time/maybe-promise.js';
import type { ReceiverSettings } from './options.js';

/** The provider's answer to a check of the endpoint; `undefined` for every other request. */
export async function answerHandshake(
  { provider, handlerTimeoutMs, schedule }: ReceiverSettings,
  reader: RequestReader,
  verified: unknown,
  findKey: () => MaybePromise<PreparedKey>,
): Promise<WebhookResponse | undefined> {
  const { handshake, name } = provider;
  if (handshake === undefined) return undefined;
  const late = (): WebhookError => new WebhookError('handler_timeout', `the handshake of ${name} is late`);
  const response = await withDeadline(handlerTimeoutMs, schedule, late, () =>
    handshake({
      method: reader.method,
      url: reader.url,
      header: (header) => reader.header(header),
      optionalHeader: (header) => reader.optionalHeader(header),
      verified,
      sign: async (content, encoding) => (await findKey()).sign(content, encoding),
    }),
  );
  for (const [header, value] of Object.entries(response?.headers ?? {})) {
    // What a challenge says may come back in a header.
    if (!/^[\t -~]*$/.test(value))
      throw new TypeError(`the handshake's header \`${header}\` is not printable`);
  }
  return response;
}

/** The same for a request that is no POST, of which nothing is verified: it is signed with the first key. */
export async function answerChallenge(
  settings: ReceiverSettings,
  reader: RequestReader,
  request: WebhookRequest,
): Promise<WebhookResponse | undefined> {
  return answerHandshake(settings, reader, undefined, async () => {
    const { keys } = await settings.resolveKeys(request);
    const [first] = keysAt(keys, settings.now());
    if (first === undefined) throw new WebhookError('no_key', 'no secret is valid at this time');
    return first.key;
  });
}
