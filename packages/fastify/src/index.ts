// biome-ignore lint/style/noDefaultExport: Fastify's plugins have one.
export { type CountersignOptions, countersign, countersign as default } from './countersign.js';
export {
  type GuardedHandler,
  type GuardedRequest,
  type WebhookGuardOptions,
  webhookGuard,
} from './webhook-guard.js';
