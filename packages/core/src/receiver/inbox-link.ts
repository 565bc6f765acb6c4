import type { EventHandler, WebhookEvent } from '../events/event-types.js';
import type { InboxSettings, ReceiverSettings } from './options.js';
import type { Routing } from './receive.js';

/** A receiver as whoever runs its inbox sees it. */
export interface InboxLink {
  readonly inbox: InboxSettings;
  readonly settings: ReceiverSettings;
  readonly routing: Routing<EventHandler<WebhookEvent>>;
  /** Seals the receiver: its handlers are complete. */
  mount(): void;
  /** Called after each delivery that this process has stored; whoever runs the inbox sets it. */
  onStored: () => void;
}

/** Beside the receivers: what runs an inbox is loaded only where one is run, and is no member of theirs. */
export const inboxLinks = new WeakMap<object, InboxLink>();
