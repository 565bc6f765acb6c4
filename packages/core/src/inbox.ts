/**
 * Runs the handlers of a receiver that acknowledges before them. Apart from the index, so that nobody else's bundle
 * carries it.
 *
 * @module
 */
export { type RunningInbox, runInbox } from './running/run-inbox.js';
export type { InboxRetry, RunInboxOptions } from './running/run-options.js';
