import type { EndpointChanges, EndpointInput, Endpoints, Sender } from '@countersign/sender';

// The event types of a sender are checked when it is called: here any sender will do, whatever they are. Aliases of
// the same members are compared member by member; by their names they would be others for other event types.
type Input = Pick<EndpointInput, keyof EndpointInput>;
type Changes = Pick<EndpointChanges, keyof EndpointChanges>;

/** What the API uses of a sender's endpoints. */
export interface ManagedEndpoints
  extends Pick<
    Endpoints<never>,
    'get' | 'list' | 'delete' | 'enable' | 'disable' | 'rotateSecret' | 'test' | 'stats'
  > {
  create(input: Input): ReturnType<Endpoints<never>['create']>;
  update(
    id: string,
    changes: Changes,
    options?: Parameters<Endpoints<never>['update']>[2],
  ): ReturnType<Endpoints<never>['update']>;
}

/** What the API uses of a sender: any sender has it, whatever its event types. */
export interface ManagedSender
  extends Pick<Sender, 'send' | 'sendMany' | 'deliveries' | 'observe' | 'totals'> {
  readonly endpoints: ManagedEndpoints;
}

/** What routes are answered with. */
export interface Services {
  readonly sender: ManagedSender;
  /** Prometheus text. */
  readonly metrics: () => Promise<string>;
  /** Whether the record answers. */
  readonly isHealthy: () => Promise<boolean>;
  /** The OpenAPI document, made when it is first asked for. */
  readonly document: () => Readonly<Record<string, unknown>>;
}
