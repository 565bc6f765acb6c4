import {
  createReceiver,
  createVerifier,
  memoryReplayStore,
  type Provider,
  type ReceiverOutcome,
  type Secrets,
  type VerifiedDelivery,
  type WebhookEvent,
  type WebhookRequest,
  type WebhookResponse,
} from '@countersign/core';

/** The time at which everything here happens. */
export const nowMs = Date.parse('2026-03-01T12:00:00Z');
export const nowSeconds = String(nowMs / 1000);

/** A delivery as a test writes it: text bodies are sent as UTF-8. */
export interface Delivery {
  readonly url?: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Verifies one delivery at {@link nowMs}. */
export function verify(provider: Provider, secrets: Secrets, delivery: Delivery): Promise<VerifiedDelivery> {
  return createVerifier({ provider, secrets, now: () => nowMs }).verify(requestOf(delivery));
}

/** A receiver whose only handler records what reaches it. */
export interface RecordingReceiver {
  readonly events: WebhookEvent[];
  readonly outcomes: ReceiverOutcome[];
  deliver(delivery: Delivery): Promise<WebhookResponse>;
  fetch(delivery: Delivery): Promise<Response>;
}

export function recordingReceiver(provider: Provider, secrets: Secrets): RecordingReceiver {
  const events: WebhookEvent[] = [];
  const outcomes: ReceiverOutcome[] = [];
  const receiver = createReceiver({
    provider,
    secrets,
    replay: memoryReplayStore({ now: () => nowMs }),
    now: () => nowMs,
    onOutcome: (outcome) => outcomes.push(outcome),
  }).onUnhandled((event) => events.push(event));
  return {
    events,
    outcomes,
    deliver: (delivery) => receiver.handle(requestOf(delivery)),
    fetch: ({ url = 'http://hooks.test/', method = 'POST', headers, body }) =>
      receiver.fetch(new Request(url, { method, headers, body })),
  };
}

/** The JSON of an answer. */
export function jsonOfAnswer(response: WebhookResponse): unknown {
  const { body } = response;
  return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body));
}

function requestOf({
  method = 'POST',
  url = '/',
  headers,
  body,
}: Delivery): WebhookRequest & { readonly body: Uint8Array } {
  return { method, url, headers, body: new TextEncoder().encode(body) };
}
