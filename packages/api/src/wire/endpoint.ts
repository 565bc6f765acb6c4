import type { Endpoint, EndpointChanges, EndpointChoices } from '@countersign/sender';
import type { WireEndpoint } from '../schemas/endpoint.js';
import type { WireChoices } from '../schemas/endpoint-input.js';
import { retryOf, wireRetry } from './retry.js';

/** Choices of a new endpoint: `null` is no choice. */
export function choicesOf(body: WireChoices): EndpointChoices {
  const { rate_limit: rateLimit } = body;
  return {
    name: body.name ?? undefined,
    description: body.description ?? undefined,
    events: body.events ?? undefined,
    filters: body.filters ?? undefined,
    headers: body.headers ?? undefined,
    retry: retryOf(body) ?? undefined,
    concurrency: body.concurrency ?? undefined,
    rateLimit: rateLimit ? { perSecond: rateLimit.per_second } : undefined,
  };
}

/** Changes of an endpoint: what is left out stays, `null` takes a choice back. */
export function changesOf(body: WireChoices & { readonly url?: string | undefined }): EndpointChanges {
  const { rate_limit: rateLimit, url, name, description, events, filters, headers, concurrency } = body;
  return {
    url,
    name,
    description,
    events,
    filters,
    headers,
    retry: retryOf(body),
    concurrency,
    rateLimit: rateLimit && { perSecond: rateLimit.per_second },
  };
}

/** The same where what is left out is taken back, but for the headers. */
export function replacementOf(body: WireChoices & { readonly url: string }): EndpointChanges {
  const { name, description, filters, retry, concurrency, rateLimit, ...rest } = changesOf(body);
  return {
    ...rest,
    name: name ?? null,
    description: description ?? null,
    filters: filters ?? null,
    retry: retry ?? null,
    concurrency: concurrency ?? null,
    rateLimit: rateLimit ?? null,
  };
}

/** An endpoint as it is answered. */
export function wireEndpoint(endpoint: Endpoint): WireEndpoint {
  const { id, url, events, filters, headerNames, retry, rateLimit, status, revision } = endpoint;
  return {
    id,
    tenant: endpoint.tenant ?? null,
    url,
    name: endpoint.name ?? null,
    description: endpoint.description ?? null,
    events: [...events],
    filters: wireFilters(filters),
    header_names: [...headerNames],
    retry: retry === undefined ? null : wireRetry(retry),
    concurrency: endpoint.concurrency ?? null,
    rate_limit: rateLimit === undefined ? null : { per_second: rateLimit.perSecond },
    active: status === 'enabled',
    disabled_reason: endpoint.disabledReason ?? null,
    secrets: endpoint.secrets.map(({ id: name, expiresInMs }) => ({
      id: name,
      expires_in_seconds: expiresInMs === undefined ? null : Math.ceil(expiresInMs / 1000),
    })),
    revision,
    created_at: endpoint.createdAt.toISOString(),
    updated_at: endpoint.updatedAt.toISOString(),
  };
}

function wireFilters(filters: Endpoint['filters']): WireEndpoint['filters'] {
  if (filters === undefined) return null;
  const { job_types, job_priorities, machine_ids, worker_ids, custom_filters } = filters;
  return {
    ...(job_types !== undefined && { job_types: [...job_types] }),
    ...(job_priorities !== undefined && { job_priorities: [...job_priorities] }),
    ...(machine_ids !== undefined && { machine_ids: [...machine_ids] }),
    ...(worker_ids !== undefined && { worker_ids: [...worker_ids] }),
    ...(custom_filters !== undefined && { custom_filters: { ...custom_filters } }),
  };
}
