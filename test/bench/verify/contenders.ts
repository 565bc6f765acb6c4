import { createVerifier, type VerifiedDelivery } from '@countersign/core';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';
import type { Call } from '../measure/calls.js';
import { bareStandardWebhooks, bareStripe } from './bare-mac.js';
import { type Delivery, type DeliveryMaker, taken } from './deliveries.js';

/** The rows' names: figures are looked up by them. */
export const BARE = 'bare MAC';
export const OURS = 'countersign';
export const STANDARDWEBHOOKS = 'standardwebhooks';
export const SVIX = 'svix';
export const STRIPE = 'stripe';

type Pool = readonly Delivery[];

/** The same deliveries for all who verify Standard Webhooks. Nobody parses the body: `verify` needs not. */
export function standardWebhooksCalls(maker: DeliveryMaker, pool: Pool): readonly Call[] {
  const bare = bareStandardWebhooks(maker.secret);
  const standardwebhooks = new Webhook(maker.secret);
  const svix = new SvixWebhook(maker.secret);
  return [
    { name: BARE, run: (turn) => bare(taken(pool, turn)) },
    ourCall(OURS, maker, pool),
    {
      name: STANDARDWEBHOOKS,
      async run(turn) {
        const { headers, body } = taken(pool, turn);
        standardwebhooks.verify(body, headers, { jsonParse: false });
      },
    },
    {
      name: SVIX,
      async run(turn) {
        const { headers, body } = taken(pool, turn);
        svix.verify(body, headers);
      },
    },
  ];
}

/** Stripe's own library and ours both parse the body: Stripe's id stands in it. */
export function stripeCalls(maker: DeliveryMaker, pool: Pool): readonly Call[] {
  const bare = bareStripe(maker.secret);
  return [
    { name: BARE, run: (turn) => bare(taken(pool, turn)) },
    {
      name: 'bare MAC and `JSON.parse`',
      async run(turn) {
        const delivery = taken(pool, turn);
        await bare(delivery);
        JSON.parse(delivery.body.toString());
      },
    },
    ourCall(OURS, maker, pool),
    {
      name: STRIPE,
      async run(turn) {
        const { headers, body } = taken(pool, turn);
        Stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', maker.secret);
      },
    },
  ];
}

interface VerifyCall extends Call {
  run(turn: number): Promise<VerifiedDelivery>;
}

/** Our `verify`. */
export function ourCall(name: string, { provider, secret }: DeliveryMaker, pool: Pool): VerifyCall {
  const verifier = createVerifier({ provider, secrets: secret });
  return {
    name,
    run(turn) {
      const { headers, body } = taken(pool, turn);
      return verifier.verify({ method: 'POST', url: '/webhooks', headers, body });
    },
  };
}

/** Our `verify` for who also asks for the replay key. */
export function ourReplayKeyCall(name: string, maker: DeliveryMaker, pool: Pool): Call {
  const { run } = ourCall(name, maker, pool);
  return { name, run: async (turn) => (await run(turn)).replayKey };
}
