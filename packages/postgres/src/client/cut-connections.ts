import { isOfPg } from './named-statements.js';

/** What tells of things by their names. */
interface Emitter {
  on(event: string, listener: (subject: unknown) => void): unknown;
  off(event: string, listener: (subject: unknown) => void): unknown;
}

/**
 * A pool of `pg` listens to idle clients only: one that is cut off in somebody's hands would end the process. It is
 * listened to from the moment it is handed out; whoever has it learns of the cut from a query that rejects.
 */
export function outliveCuts(pool: object): void {
  if (isOfPg(pool) && isEmitter(pool)) listenOnce(pool, 'acquire', onAcquire);
}

function onAcquire(client: unknown): void {
  if (isEmitter(client)) listenOnce(client, 'error', ignore);
}

function ignore(): void {}

/** Once for each pool and client, however many stores share them. */
function listenOnce(emitter: Emitter, event: string, listener: (subject: unknown) => void): void {
  emitter.off(event, listener);
  emitter.on(event, listener);
}

function isEmitter(value: unknown): value is Emitter {
  return (
    typeof value === 'object' &&
    value !== null &&
    'on' in value &&
    typeof value.on === 'function' &&
    'off' in value &&
    typeof value.off === 'function'
  );
}
