import type { RetryPolicy } from '@countersign/core';
import { type UrlPolicy, urlOf } from '../endpoint/url-policy.js';
import { headerContext, secretContext, type Vault } from '../endpoint/vault.js';
import { isSenderError } from '../errors/sender-error.js';
import type { EndpointRecord } from '../ports/records.js';
import { type RetryPlan, retryPlan } from './retry-schedule.js';
import { SigningKeys } from './signing-keys.js';

/** An endpoint made ready for attempts. */
export interface Target {
  readonly record: EndpointRecord;
  /** Where to; or why it may not be: a policy that has changed since the endpoint was made. */
  readonly url: URL | { readonly forbidden: string };
  /** Custom headers, opened. */
  readonly headers: Readonly<Record<string, string>>;
  readonly keys: SigningKeys;
  readonly plan: RetryPlan;
  readonly concurrency: number;
}

/** What a sender has for all endpoints. */
export interface TargetDefaults {
  readonly vault: Vault;
  readonly urlPolicy: UrlPolicy;
  readonly retry: RetryPolicy;
  readonly concurrency: number;
}

/** Opens and prepares what the record holds. Throws `encryption_key_missing`. */
export function targetOf(record: EndpointRecord, defaults: TargetDefaults, nowMs: number): Target {
  const { id, settings, secrets } = record;
  const { vault, urlPolicy, retry } = defaults;
  const headers = Object.entries(settings.headers ?? {}).map(([name, value]) => [
    name,
    vault.open(value, headerContext(id, name)),
  ]);
  return {
    record,
    url: allowedUrl(settings.url, urlPolicy),
    headers: Object.fromEntries(headers),
    keys: new SigningKeys(
      secrets.map((secret) => ({
        id: secret.id,
        text: vault.open(secret.value, secretContext(id)),
        expiresAtMs: secret.expiresInMs === undefined ? undefined : nowMs + secret.expiresInMs,
      })),
    ),
    plan: retryPlan(settings.retry ?? retry, retry),
    concurrency: settings.concurrency ?? defaults.concurrency,
  };
}

function allowedUrl(text: string, policy: UrlPolicy): Target['url'] {
  try {
    return urlOf(text, policy);
  } catch (error) {
    if (isSenderError(error)) return { forbidden: error.message };
    throw error;
  }
}
