export type { ExpressNext, ExpressRequest, ExpressResponse } from './express-types.js';
export { type WebhookGuard, type WebhookLocals, webhookGuard } from './webhook-guard.js';
export { type WebhookHandler, webhookHandler } from './webhook-handler.js';
