import { invalidInput } from '../errors/invalid-input.js';
import { SenderError } from '../errors/sender-error.js';
import type { DeliveryQueue } from '../ports/delivery-queue.js';
import type { EventLog } from '../ports/delivery-store.js';
import type { NewEvent } from '../ports/records.js';
import { type EventRules, newEvent } from './new-event.js';

const MAX_EVENTS = 1000;

/** An acknowledged event: it is in the record. */
export interface SentEvent {
  readonly id: string;
  /** `false`: the same event was sent before, and is sent no second time. */
  readonly isNew: boolean;
}

/** What events are taken in with. */
export interface Intake<Transaction> {
  readonly rules: EventRules;
  readonly events: () => Promise<EventLog<Transaction>>;
  readonly queue: DeliveryQueue<Transaction>;
  /** Told of a wake-up that could not be passed on: the event is safe, and found by the next look at the record. */
  readonly onWakeFailed: (error: unknown) => void;
}

/** Checks an event and appends it. */
export async function sendOne<Transaction>(
  input: unknown,
  intake: Intake<Transaction>,
  transaction?: Transaction,
): Promise<SentEvent> {
  const event = await newEvent(input, intake.rules);
  const [sent = { id: event.id, isNew: true }] = await append([event], intake, transaction);
  return sent;
}

/** Checks events and appends them, all or none. */
export async function sendMany<Transaction>(
  inputs: unknown,
  intake: Intake<Transaction>,
  transaction?: Transaction,
): Promise<readonly SentEvent[]> {
  if (!Array.isArray(inputs) || inputs.length === 0 || inputs.length > MAX_EVENTS) {
    throw invalidInput('events', `a list of 1 to ${MAX_EVENTS} events`, inputs);
  }
  const events: NewEvent[] = [];
  for (const [index, input] of inputs.entries()) events.push(await at(index, newEvent(input, intake.rules)));
  return append(events, intake, transaction);
}

/** Appends checked events, and wakes whoever routes them. */
export async function append<Transaction>(
  events: readonly NewEvent[],
  { events: log, queue, onWakeFailed }: Intake<Transaction>,
  transaction?: Transaction,
): Promise<readonly SentEvent[]> {
  const appended = await (await log()).append(events, transaction);
  if (appended.outcome === 'conflict') {
    throw new SenderError('event_conflict', `there is another event with the id ${appended.ids.join(', ')}`, {
      field: 'id',
    });
  }
  const woken = queue.wake([{ kind: 'route', id: '', delayMs: 0 }], transaction);
  // Inside a transaction the wake-up is part of it; outside it may be lost.
  if (transaction === undefined) woken.catch(onWakeFailed);
  else await woken.catch(refuseCommit);
  return events.map(({ id }, index) => ({ id, isNew: appended.isNew[index] === true }));
}

function refuseCommit(cause: unknown): never {
  const problem = 'the queue did not take the wake-up that belongs to the transaction: roll it back';
  throw new SenderError('store_unavailable', problem, { cause });
}

async function at<T>(index: number, event: Promise<T>): Promise<T> {
  try {
    return await event;
  } catch (error) {
    if (!(error instanceof SenderError)) throw error;
    const field = `events[${index}]${error.field === undefined ? '' : `.${error.field}`}`;
    throw new SenderError(error.code, `event ${index}: ${error.message}`, { cause: error, field });
  }
}
