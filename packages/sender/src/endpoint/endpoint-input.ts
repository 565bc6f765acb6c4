import { isWellFormed, retryDelaysMs } from '@countersign/core/strict';
import { invalidInput } from '../errors/invalid-input.js';
import { checkPart } from '../errors/names.js';
import type { EndpointDraft, EndpointSettings } from '../ports/records.js';
import { customHeaders } from './custom-headers.js';
import type { EndpointChanges, EndpointChoices } from './endpoint.js';
import { checkedPatterns } from './event-patterns.js';
import { checkedFilters } from './filters.js';
import { checkedRetryPolicy } from './retry-policy.js';
import { type UrlPolicy, urlOf } from './url-policy.js';
import { headerContext, type Vault } from './vault.js';

const MAX_CONCURRENCY = 1000;
const MAX_PER_SECOND = 100_000;
/** What people decide about an endpoint, by name. */
export const CHOICES: readonly (keyof EndpointChoices | 'url')[] = [
  'url',
  'events',
  'filters',
  'headers',
  'retry',
  'concurrency',
  'rateLimit',
  'name',
  'description',
];

/** What endpoints are checked against. */
export interface EndpointRules {
  readonly urlPolicy: UrlPolicy;
  /** Header names that are the sender's own. */
  readonly reservedHeaders: ReadonlySet<string>;
  /** What the sender can send, where it is known. */
  readonly eventTypes: ReadonlySet<string> | undefined;
  readonly vault: Vault;
}

/** The part of a draft that people decide about. */
export type ChosenDraft = Pick<EndpointDraft, 'events' | 'filters' | 'firstDelayMs' | 'settings'>;

/** A new endpoint's choices, checked; header values are sealed. */
export function chosen(
  id: string,
  input: EndpointChoices & { readonly url: string },
  rules: EndpointRules,
): ChosenDraft {
  const { url, events = ['*'], filters, headers } = input;
  const plain = plainSettings(input);
  return {
    events: checkedPatterns(events, rules.eventTypes),
    filters: checkedFilters(filters),
    firstDelayMs: firstDelayOf(plain),
    settings: { url: urlOf(url, rules.urlPolicy).href, headers: sealedHeaders(id, headers, rules), ...plain },
  };
}

/** An endpoint's choices with changes made to them: what is `undefined` stays, what is `null` is taken back. */
export function changed(
  id: string,
  before: ChosenDraft,
  changes: EndpointChanges,
  rules: EndpointRules,
): ChosenDraft {
  const { url, events, filters, headers } = changes;
  const { settings } = before;
  const plain = plainSettings({
    name: after(settings.name, changes.name),
    description: after(settings.description, changes.description),
    retry: after(settings.retry, changes.retry),
    concurrency: after(settings.concurrency, changes.concurrency),
    rateLimit: after(settings.rateLimit, changes.rateLimit),
  });
  return {
    events: events === undefined ? before.events : checkedPatterns(events ?? ['*'], rules.eventTypes),
    filters: filters === undefined ? before.filters : checkedFilters(filters ?? undefined),
    firstDelayMs: firstDelayOf(plain),
    settings: {
      url: url === undefined ? settings.url : urlOf(url, rules.urlPolicy).href,
      headers: headers === undefined ? settings.headers : sealedHeaders(id, headers ?? undefined, rules),
      ...plain,
    },
  };
}

function after<T>(before: T | undefined, change: T | null | undefined): T | undefined {
  return change === undefined ? before : (change ?? undefined);
}

function sealedHeaders(id: string, headers: unknown, rules: EndpointRules): EndpointSettings['headers'] {
  const checked = customHeaders(headers, rules.reservedHeaders);
  if (checked === undefined) return undefined;
  const entries = Object.entries(checked);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, rules.vault.seal(value, headerContext(id, name))]),
  );
}

type PlainSettings = Omit<EndpointSettings, 'url' | 'headers'>;

function plainSettings({ name, description, retry, concurrency, rateLimit }: PlainSettings): PlainSettings {
  return {
    name: name === undefined ? undefined : shortText('name', name, 200),
    description: description === undefined ? undefined : shortText('description', description, 2000),
    retry: retry === undefined ? undefined : checkedRetryPolicy(retry),
    concurrency: concurrency === undefined ? undefined : checkedConcurrency(concurrency),
    rateLimit: rateLimit === undefined ? undefined : checkedRateLimit(rateLimit),
  };
}

function firstDelayOf({ retry }: PlainSettings): number | undefined {
  return retry === undefined ? undefined : retryDelaysMs(retry)[0];
}

function shortText(field: string, text: unknown, maxLength: number): string {
  if (typeof text === 'string' && text.length <= maxLength && isWellFormed(text) && !text.includes('\0'))
    return text;
  throw invalidInput(field, `a text of at most ${maxLength} characters`, text);
}

function checkedConcurrency(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_CONCURRENCY)
    return value;
  throw invalidInput('concurrency', `a whole number from 1 to ${MAX_CONCURRENCY}`, value);
}

function checkedRateLimit(limit: unknown): { readonly perSecond: number } {
  if (typeof limit !== 'object' || limit === null) throw invalidInput('rateLimit', '`{ perSecond }`', limit);
  checkPart('rateLimit', limit, ['perSecond']);
  const perSecond: unknown = Reflect.get(limit, 'perSecond');
  if (typeof perSecond === 'number' && perSecond >= 0.001 && perSecond <= MAX_PER_SECOND)
    return { perSecond };
  throw invalidInput('rateLimit.perSecond', `a number from 0.001 to ${MAX_PER_SECOND}`, perSecond);
}
