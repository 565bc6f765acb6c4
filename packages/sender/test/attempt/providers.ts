import { type Provider, standardWebhooks } from '@countersign/core';
import { aiPlatform } from '@countersign/core/providers/ai-platform';
import { dcisionai } from '@countersign/core/providers/dcisionai';
import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
import { github } from '@countersign/core/providers/github';
import { ragEngine } from '@countersign/core/providers/rag-engine';
import { stripe } from '@countersign/core/providers/stripe';

/** All that can be sent. */
export const providers: readonly Provider[] = [
  standardWebhooks,
  stripe,
  github,
  deliveryFlow,
  dcisionai,
  aiPlatform,
  ragEngine,
  empJobQueue,
];
