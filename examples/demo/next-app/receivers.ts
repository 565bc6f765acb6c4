import type { WebhookDispatcher } from '@countersign/core';
import { type WebhookHandler, webhookHandler } from '@countersign/nextjs';

declare global {
  /** The receivers of the demo, by the last segment of their paths: its process runs Next.js too. */
  var demoReceivers: Map<string, WebhookDispatcher> | undefined;
}

const handlers = new Map<string, WebhookHandler>();

/** The Route Handler of a receiver; in an application of your own it is `webhookHandler(receiver)`, and exported. */
export function handlerOf(endpoint: string): WebhookHandler {
  const known = handlers.get(endpoint);
  if (known !== undefined) return known;
  const receiver = globalThis.demoReceivers?.get(endpoint);
  if (receiver === undefined) throw new Error(`no receiver ${endpoint}`);
  const handler = webhookHandler(receiver);
  handlers.set(endpoint, handler);
  return handler;
}
