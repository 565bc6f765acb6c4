import {
  createReceiver,
  type ReceiverOptions,
  standardWebhooks,
  type WebhookDispatcher,
  type WebhookEvent,
} from '@countersign/core';
import { aiPlatformEvents } from '@countersign/core/catalogs/ai-platform';
import { dcisionaiEvents } from '@countersign/core/catalogs/dcisionai';
import { deliveryFlowEvents } from '@countersign/core/catalogs/delivery-flow';
import { empJobQueueEvents } from '@countersign/core/catalogs/emp-job-queue';
import { ragEngineEvents } from '@countersign/core/catalogs/rag-engine';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import { githubEvents, invoiceEvents, stripeEvents } from './samples/well-known.js';

/** What a handler does with its event: in your application a row, a mail, a job. */
export type Work = (event: WebhookEvent, summary: string) => Promise<void>;

/** What differs between production, tests and this demo. */
export interface Wiring extends Pick<ReceiverOptions<unknown>, 'secrets' | 'replay' | 'onOutcome'> {
  readonly work: Work;
}

export function deliveryFlowReceiver({ work, ...options }: Wiring): WebhookDispatcher {
  return createReceiver({ ...options, provider: deliveryFlow, events: deliveryFlowEvents })
    .on('prediction.*', (event) => work(event, `a prediction of ${event.data.model_id}`))
    .on('model.*', (event) => work(event, `model ${event.data.model_id}`))
    .on('user.api_key.*', (event) => work(event, `API key ${event.data['key_id']}`));
}

export function dcisionaiReceiver({ work, ...options }: Wiring): WebhookDispatcher {
  return createReceiver({ ...options, provider: dcisionai, events: dcisionaiEvents })
    .on('model.trained', (event) =>
      work(event, `${event.data.name} has accuracy ${event.data.metrics.accuracy}`),
    )
    .on('prediction.completed', (event) => work(event, `predicted ${event.data.output.prediction}`))
    .on('*', (event) => work(event, `resource ${event.data.id}`));
}

export function aiPlatformReceiver({ work, ...options }: Wiring): WebhookDispatcher {
  return createReceiver({ ...options, provider: aiPlatform, events: aiPlatformEvents })
    .on('optimization.completed', (event) => work(event, `solved: ${event.data.result.solution}`))
    .on('vision.completed', (event) =>
      work(event, event.data.detections.map((found) => found.class_name).join()),
    )
    .on('batch.progress', (event) => work(event, `${event.data.progress_percent} % of ${event.data.job_id}`))
    .on('training.progress', (event) => work(event, `round ${event.data.round}: loss ${event.data.loss}`))
    .on('model.*', (event) => work(event, `model ${event.data['model_id']}`))
    .on('*', (event) => work(event, `job ${event.data['job_id']}`));
}

export function ragEngineReceiver({ work, ...options }: Wiring): WebhookDispatcher {
  return createReceiver({ ...options, provider: ragEngine, events: ragEngineEvents })
    .on('document.uploaded', (event) => work(event, `${event.data.filename}: ${event.data.size_bytes} bytes`))
    .on('document.*', (event) => work(event, `document ${event.data.document_id}`))
    .on('*', (event) => work(event, `not authenticated: ${event.unauthenticated.join()}`));
}

export function empJobQueueReceiver({ work, ...options }: Wiring): WebhookDispatcher {
  return createReceiver({ ...options, provider: empJobQueue, events: empJobQueueEvents })
    .on('job.failed', (event) => work(event, `${event.data.job_id} failed: ${event.data.error}`))
    .on('job.progress', (event) => work(event, `${event.data.job_id}: ${event.data.progress} %`))
    .on('job.*', (event) => work(event, `${event.data.job_id} is ${event.data.job_status}`))
    .on('machine.*', (event) => work(event, `machine ${event.data.machine_id}`))
    .on('worker.*', (event) => work(event, `worker ${event.data.worker_id}`));
}

export function invoiceReceiver({ work, ...options }: Wiring): WebhookDispatcher {
  return createReceiver({ ...options, provider: standardWebhooks, events: invoiceEvents })
    .on('invoice.paid', (event) => work(event, `${event.data.amount_cents / 100} ${event.data.currency}`))
    .on('invoice.overdue', (event) => work(event, `${event.data.invoice_id}: ${event.data.days} days`));
}

export function stripeReceiver({ work, ...options }: Wiring): WebhookDispatcher {
  return createReceiver({ ...options, provider: stripe, events: stripeEvents })
    .on('payment_intent.succeeded', (event) => work(event, `${event.data.object.amount} received`))
    .on('customer.subscription.deleted', (event) => work(event, `${event.data.object.id} ended`));
}

export function githubReceiver({ work, ...options }: Wiring): WebhookDispatcher {
  return createReceiver({ ...options, provider: github, events: githubEvents })
    .on('push', (event) => work(event, `${event.data.ref} of ${event.data.repository.full_name}`))
    .on('issues', (event) => work(event, `issue ${event.data.issue.number} ${event.data.action}`))
    .on('ping', (event) => work(event, event.data.zen));
}
