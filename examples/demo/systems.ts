import {
  generateKeyPair,
  generateSecret,
  type Provider,
  standardWebhooks,
  type WebhookDispatcher,
} from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';
import * as receivers from './receivers.js';
import { aiPlatformSamples } from './samples/ai-platform.js';
import { dcisionaiSamples } from './samples/dcisionai.js';
import { deliveryFlowSamples } from './samples/delivery-flow.js';
import { empJobQueueSamples } from './samples/emp-job-queue.js';
import { ragEngineSamples } from './samples/rag-engine.js';
import type { Serial } from './samples/samples.js';
import { githubSamples, invoiceSamples, stripeSamples } from './samples/well-known.js';

/** What the sender signs with, and what the receiver verifies with: two things where keys are asymmetric. */
export interface Keys {
  readonly signWith: string;
  readonly verifyWith: string;
}

/** One webhook system: how it signs, what it sends, and who receives it here. */
export interface System {
  readonly title: string;
  readonly provider: Provider;
  /** Whose time the signature covers: of each attempt, of the event alone, or none. */
  readonly signedTime: 'attempt' | 'event' | 'none';
  newKeys(): Promise<Keys>;
  /** A payload for every event type. */
  samples(serial: Serial): Readonly<Record<string, unknown>>;
  /** The event type that the attacks are tried on. */
  readonly typical: string;
  /** What a forger would change in its signed text. */
  readonly forgery: readonly [from: string, to: string];
  receiver(wiring: receivers.Wiring): WebhookDispatcher;
}

async function sharedSecret(): Promise<Keys> {
  const secret = generateSecret();
  return { signWith: secret, verifyWith: secret };
}

async function ed25519Pair(): Promise<Keys> {
  const { secret, publicKey } = await generateKeyPair();
  return { signWith: secret, verifyWith: publicKey };
}

const invoices = {
  provider: standardWebhooks,
  signedTime: 'attempt',
  samples: invoiceSamples,
  typical: 'invoice.paid',
  forgery: ['4900', '1'],
  receiver: receivers.invoiceReceiver,
} as const;

export const systems: readonly System[] = [
  {
    title: 'deliveryFlow',
    provider: deliveryFlow,
    signedTime: 'attempt',
    newKeys: sharedSecret,
    samples: deliveryFlowSamples,
    typical: 'prediction.success',
    forgery: ['tabby cat', 'tiger'],
    receiver: receivers.deliveryFlowReceiver,
  },
  {
    title: 'dcisionai',
    provider: dcisionai,
    signedTime: 'attempt',
    newKeys: sharedSecret,
    samples: dcisionaiSamples,
    typical: 'model.trained',
    forgery: ['"accuracy":0.95', '"accuracy":0.59'],
    receiver: receivers.dcisionaiReceiver,
  },
  {
    title: 'aiPlatform',
    provider: aiPlatform,
    signedTime: 'event',
    newKeys: sharedSecret,
    samples: aiPlatformSamples,
    typical: 'vision.completed',
    forgery: ['person', 'nobody'],
    receiver: receivers.aiPlatformReceiver,
  },
  {
    title: 'ragEngine',
    provider: ragEngine,
    signedTime: 'none',
    newKeys: sharedSecret,
    samples: ragEngineSamples,
    typical: 'document.uploaded',
    forgery: ['48213', '0'],
    receiver: receivers.ragEngineReceiver,
  },
  {
    title: 'empJobQueue',
    provider: empJobQueue,
    signedTime: 'event',
    newKeys: sharedSecret,
    samples: empJobQueueSamples,
    typical: 'job.completed',
    forgery: ['out.png', 'virus.exe'],
    receiver: receivers.empJobQueueReceiver,
  },
  { title: 'Standard Webhooks v1', newKeys: sharedSecret, ...invoices },
  { title: 'Standard Webhooks v1a', newKeys: ed25519Pair, ...invoices },
  {
    title: 'Stripe',
    provider: stripe,
    signedTime: 'attempt',
    newKeys: sharedSecret,
    samples: stripeSamples,
    typical: 'payment_intent.succeeded',
    forgery: ['2000', '1'],
    receiver: receivers.stripeReceiver,
  },
  {
    title: 'GitHub',
    provider: github,
    signedTime: 'none',
    newKeys: sharedSecret,
    samples: githubSamples,
    typical: 'push',
    forgery: ['refs/heads/main', 'refs/heads/evil'],
    receiver: receivers.githubReceiver,
  },
];
