import { generateSecret } from '@countersign/core';
import { invalidInput } from '../errors/invalid-input.js';
import { checkNames } from '../errors/names.js';
import { SenderError } from '../errors/sender-error.js';
import { newId } from '../ids/new-id.js';
import {
  checkedId,
  checkedLimit,
  givenId,
  LIST_NAMES,
  type ListOptions,
  scopeOf,
  type TenantOption,
  tenantOf,
} from '../ids/scope.js';
import type { Records } from '../ports/delivery-store.js';
import {
  ANY_TENANT,
  type DisabledReason,
  type EndpointDraft,
  type EndpointRecord,
  type EndpointStatus,
  type Page,
  type TenantScope,
} from '../ports/records.js';
import {
  type Endpoint,
  type EndpointChanges,
  type EndpointInput,
  type EndpointWithSecret,
  endpointView,
} from './endpoint.js';
import { CHOICES, changed, chosen, type EndpointRules } from './endpoint-input.js';
import { checkedOverlap, checkedSecretText, firstSecret, rotatedSecrets } from './secrets.js';
import { resealed } from './vault.js';

const MOST_TRIES = 10;
const RESEAL_PAGE = 100;

/** How a secret is rotated. */
export interface RotationOptions extends TenantOption {
  /** Default: a new one. */
  readonly secret?: string | undefined;
  /** How long the old one stays valid. Default 86,400; 0 ends it at once, for a leak. */
  readonly overlapSeconds?: number | undefined;
}

/** How an endpoint is changed. */
export interface UpdateOptions extends TenantOption {
  /** Refuses the change, with `endpoint_conflict`, where the endpoint has another revision by now. */
  readonly expectedRevision?: number | undefined;
}

/** What people do with endpoints. What is not there within the tenant is `unknown_endpoint`. */
export interface EndpointBook<Events> {
  /** Makes an endpoint. The answer is the one that carries its secret. */
  create(input: EndpointInput<Events>): Promise<EndpointWithSecret>;
  get(id: string, options?: TenantOption): Promise<Endpoint>;
  /** Oldest first; `limit` 1 to 500, default 50. */
  list(options?: ListOptions): Promise<Page<Endpoint>>;
  update(id: string, changes: EndpointChanges<Events>, options?: UpdateOptions): Promise<Endpoint>;
  /** Its pending deliveries are skipped; its record stays readable until retention prunes it. */
  delete(id: string, options?: TenantOption): Promise<void>;
  /** Deliveries that were skipped meanwhile stay so until `deliveries.recover`. */
  enable(id: string, options?: TenantOption): Promise<Endpoint>;
  /** Its pending deliveries, and events to come, are skipped. */
  disable(id: string, options?: TenantOption): Promise<Endpoint>;
  /** Gives it a new secret; the answer carries it. */
  rotateSecret(id: string, options?: RotationOptions): Promise<EndpointWithSecret>;
  /** Seals everything with the first of `encryption.keys`; how many endpoints had something to seal. */
  reseal(): Promise<number>;
}

/** What the book is kept with. */
export interface EndpointBookTools {
  readonly records: () => Promise<Records>;
  readonly rules: EndpointRules;
  /** Refuses a draft whose secret cannot sign for the sender's providers. */
  readonly checkSignable: (draft: EndpointDraft) => Promise<void>;
  /** Told of every change, so that it takes effect at once in this process. */
  readonly onChange: (endpointId: string, record: EndpointRecord | undefined) => void;
}

/** The management of endpoints. */
export function endpointBook<Events>(tools: EndpointBookTools): EndpointBook<Events> {
  const { rules, checkSignable } = tools;

  const write = async (
    id: string,
    scope: TenantScope,
    edit: (record: EndpointRecord) => EndpointDraft | Promise<EndpointDraft>,
  ): Promise<EndpointRecord> => {
    const records = await tools.records();
    givenId('id', id);
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = await records.endpoint(scope, id);
      if (before === undefined) throw unknownEndpoint();
      const after = await records.replaceEndpoint(before.revision, await edit(before));
      if (after === undefined) continue;
      tools.onChange(id, after);
      return after;
    }
    throw new SenderError('endpoint_conflict', 'the endpoint is being changed by others again and again');
  };

  const setStatus = async (
    id: string,
    options: TenantOption | undefined,
    status: EndpointStatus,
    disabledReason?: DisabledReason,
  ): Promise<Endpoint> =>
    endpointView(await write(id, scopeOf(options), (record) => ({ ...record, status, disabledReason })));

  return {
    async create(input) {
      const { draft, secret } = newDraft(input, rules);
      await checkSignable(draft);
      const record = await (await tools.records()).createEndpoint(draft);
      if (record === undefined)
        throw new SenderError('endpoint_conflict', 'the `id` is taken: choose another one, or none', {
          field: 'id',
        });
      tools.onChange(record.id, record);
      return { ...endpointView(record), secret };
    },
    async get(id, options) {
      const scope = scopeOf(options);
      const record = await (await tools.records()).endpoint(scope, givenId('id', id));
      if (record === undefined) throw unknownEndpoint();
      return endpointView(record);
    },
    async list(options = {}) {
      const scope = scopeOf(options, LIST_NAMES);
      const query = { limit: checkedLimit(options.limit), cursor: options.cursor };
      const { data, nextCursor } = await (await tools.records()).endpoints(scope, query);
      return { data: data.map(endpointView), nextCursor };
    },
    async update(id, changes, options) {
      if (typeof changes !== 'object' || changes === null)
        throw invalidInput('changes', 'an object', changes);
      checkNames('changes', changes, CHOICES);
      const scope = scopeOf(options, ['expectedRevision']);
      const { expectedRevision } = options ?? {};
      if (expectedRevision !== undefined && !Number.isInteger(expectedRevision))
        throw invalidInput('expectedRevision', 'a whole number', expectedRevision);
      const record = await write(id, scope, (before) => {
        const expected = expectedRevision ?? before.revision;
        if (expected === before.revision) return { ...before, ...changed(id, before, changes, rules) };
        throw new SenderError(
          'endpoint_conflict',
          `the endpoint has revision ${before.revision}, not ${expected}`,
        );
      });
      return endpointView(record);
    },
    async delete(id, options) {
      const scope = scopeOf(options);
      if (!(await (await tools.records()).deleteEndpoint(scope, givenId('id', id)))) throw unknownEndpoint();
      tools.onChange(id, undefined);
    },
    enable: (id, options) => setStatus(id, options, 'enabled'),
    disable: (id, options) => setStatus(id, options, 'disabled', 'requested'),
    async rotateSecret(id, options = {}) {
      const scope = scopeOf(options, ['secret', 'overlapSeconds']);
      const secret = checkedSecretText(options.secret ?? generateSecret());
      const overlapSeconds = checkedOverlap(options.overlapSeconds);
      const record = await write(id, scope, async (before) => {
        const secrets = rotatedSecrets(id, before.secrets, secret, overlapSeconds, rules.vault);
        await checkSignable({ ...before, secrets: secrets.slice(0, 1) });
        return { ...before, secrets };
      });
      return { ...endpointView(record), secret };
    },
    async reseal() {
      const records = await tools.records();
      let count = 0;
      let cursor: string | undefined;
      do {
        const page = await records.endpoints(ANY_TENANT, { limit: RESEAL_PAGE, cursor });
        for (const record of page.data) {
          if (resealed(record, rules.vault) === undefined) continue;
          await write(record.id, record.tenant, (before) => resealed(before, rules.vault) ?? before);
          count += 1;
        }
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return count;
    },
  };
}

function newDraft<Events>(
  input: EndpointInput<Events>,
  rules: EndpointRules,
): { readonly draft: EndpointDraft; readonly secret: string } {
  if (typeof input !== 'object' || input === null)
    throw invalidInput('endpoint', 'an object with `url`', input);
  checkNames('endpoint', input, [...CHOICES, 'tenant', 'id', 'secret', 'enabled']);
  const { tenant, enabled = true, secret: givenSecret, id: chosenId, ...choices } = input;
  if (typeof enabled !== 'boolean') throw invalidInput('enabled', 'true or false', enabled);
  const id = chosenId === undefined ? newId('wh') : checkedId('id', chosenId);
  const secret = checkedSecretText(givenSecret ?? generateSecret());
  const draft: EndpointDraft = {
    id,
    tenant: tenantOf(tenant),
    status: enabled ? 'enabled' : 'disabled',
    disabledReason: enabled ? undefined : 'requested',
    secrets: firstSecret(id, secret, rules.vault),
    ...chosen(id, choices, rules),
  };
  return { draft, secret };
}

/** The same words for what does not exist and for what belongs to others. */
export function unknownEndpoint(): SenderError {
  return new SenderError('unknown_endpoint', 'there is no such endpoint');
}
