export { type WebhookGuard, type WebhookVariables, webhookGuard } from './webhook-guard.js';
export { type WebhookHandler, webhookHandler } from './webhook-handler.js';
