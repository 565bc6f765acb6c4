import { unvalidated } from '@countersign/core';
import { z } from 'zod';
import type { Samples, Serial } from './samples.js';

/** Standard Webhooks is a wire format without event types: these are an application's own, as zod schemas. */
export const invoiceEvents = {
  'invoice.paid': z.object({ invoice_id: z.string(), amount_cents: z.number().int(), currency: z.string() }),
  'invoice.overdue': z.object({ invoice_id: z.string(), days: z.number().int().positive() }),
};

export function invoiceSamples(serial: Serial): Samples<typeof invoiceEvents> {
  const invoice_id = `inv_${serial}`;
  return {
    'invoice.paid': { invoice_id, amount_cents: 4900, currency: 'EUR' },
    'invoice.overdue': { invoice_id, days: 14 },
  };
}

interface StripeData<Thing> {
  readonly object: Thing & { readonly id: string; readonly object: string };
}

/** Types alone, for systems that ship types and no schemas. */
export const stripeEvents = {
  'payment_intent.succeeded':
    unvalidated<StripeData<{ readonly amount: number; readonly currency: string }>>(),
  'customer.subscription.deleted': unvalidated<StripeData<{ readonly status: string }>>(),
};

export function stripeSamples(serial: Serial): Samples<typeof stripeEvents> {
  return {
    'payment_intent.succeeded': {
      object: { id: `pi_${serial}`, object: 'payment_intent', amount: 2000, currency: 'usd' },
    },
    'customer.subscription.deleted': {
      object: { id: `sub_${serial}`, object: 'subscription', status: 'canceled' },
    },
  };
}

/** GitHub's `data` is the whole body; these are the members that the receiver uses. */
export const githubEvents = {
  push: unvalidated<{
    readonly ref: string;
    readonly after: string;
    readonly repository: GithubRepository;
  }>(),
  issues: unvalidated<{
    readonly action: string;
    readonly issue: { readonly number: number; readonly title: string };
    readonly repository: GithubRepository;
  }>(),
  ping: unvalidated<{ readonly zen: string; readonly hook_id: number }>(),
};

interface GithubRepository {
  readonly full_name: string;
}

export function githubSamples(serial: Serial): Samples<typeof githubEvents> {
  const repository = { full_name: 'octocat/hello-world' };
  return {
    push: { ref: 'refs/heads/main', after: serial.toString(16).padStart(40, '0'), repository },
    issues: { action: 'opened', issue: { number: serial, title: 'Déjà vu' }, repository },
    ping: { zen: 'Keep it logically awesome.', hook_id: serial },
  };
}
