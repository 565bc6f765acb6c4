export { type PagesRequest, type PagesWebhookHandler, pagesWebhookHandler } from './pages-webhook-handler.js';
export {
  type GuardedHandler,
  type WebhookContext,
  type WebhookGuard,
  webhookGuard,
} from './webhook-guard.js';
export { type WebhookHandler, webhookHandler } from './webhook-handler.js';
