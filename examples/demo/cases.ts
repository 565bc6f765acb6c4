import type { Answer } from './producer.js';
import type { System } from './systems.js';

/** An answer, with the code that the receiver's `onOutcome` was told. */
export interface Judgement extends Answer {
  readonly outcome: string;
}

/** How often, and how, a delivery is sent. */
export type Traffic = 'once' | 'captured and replayed' | 'five at once, then again' | 'failed and retried';

/** One thing that happens to deliveries, and what must come of it. */
export interface Case {
  readonly name: string;
  /** Default: the system's typical event. */
  readonly events?: 'every type';
  readonly traffic: Traffic;
  /** Signed with a secret that the receiver does not have. */
  readonly wrongSecret?: true;
  /** The system's signed text is changed on the way. */
  readonly tampered?: true;
  /** A body parser has read the request before the receiver. */
  readonly parserInFront?: true;
  /** How old the signed time is, by whose it is; negative: in the future. */
  readonly ageSeconds?: Readonly<Record<Exclude<System['signedTime'], 'none'>, number>>;
  readonly mustHappen: {
    /** For each event. */
    readonly answers: readonly Judgement[];
    readonly handlerRuns: number;
    /** For the table, where all of it did happen. */
    verdict(events: number): string;
  };
}

const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

const processed = acknowledged('processed');
const duplicate = acknowledged('duplicate');
const inProgress = refused(503, 'unavailable', 'in_progress', { retryAfter: true });

export const cases: readonly Case[] = [
  {
    name: 'every event type',
    events: 'every type',
    traffic: 'once',
    mustHappen: { answers: [processed], handlerRuns: 1, verdict: (events) => `verified (${events} types)` },
  },
  {
    name: 'tampered body',
    traffic: 'once',
    tampered: true,
    mustHappen: refusal(401, 'unauthorized', 'signature_mismatch'),
  },
  {
    name: 'wrong secret',
    traffic: 'once',
    wrongSecret: true,
    mustHappen: refusal(401, 'unauthorized', 'signature_mismatch'),
  },
  {
    name: 'stale time',
    traffic: 'once',
    ageSeconds: { attempt: 10 * MINUTE, event: 8 * DAY },
    mustHappen: refusal(401, 'unauthorized', 'timestamp_too_old'),
  },
  {
    name: 'future time',
    traffic: 'once',
    ageSeconds: { attempt: -10 * MINUTE, event: -10 * MINUTE },
    mustHappen: refusal(401, 'unauthorized', 'timestamp_too_new'),
  },
  {
    name: 'replay of a capture',
    traffic: 'captured and replayed',
    mustHappen: { answers: [processed, duplicate], handlerRuns: 1, verdict: () => 'deduplicated' },
  },
  {
    name: 'five copies at once',
    traffic: 'five at once, then again',
    mustHappen: {
      answers: [processed, ...Array<Judgement>(4).fill(inProgress), ...Array<Judgement>(5).fill(duplicate)],
      handlerRuns: 1,
      verdict: () => 'one ran, four told to come back',
    },
  },
  {
    name: 'handler fails once',
    traffic: 'failed and retried',
    mustHappen: {
      answers: [refused(500, 'internal error', 'handler_failed'), processed],
      handlerRuns: 2,
      verdict: () => 'retried, processed',
    },
  },
  {
    name: 'body parser in front',
    traffic: 'once',
    parserInFront: true,
    mustHappen: refusal(500, 'internal error', 'body_already_parsed'),
  },
];

function acknowledged(status: string): Judgement {
  return { status: 200, body: { received: true, status }, retryAfter: false, outcome: status };
}

function refused(
  status: number,
  error: string,
  outcome: string,
  { retryAfter } = { retryAfter: false },
): Judgement {
  return { status, body: { received: false, error }, retryAfter, outcome };
}

function refusal(status: number, error: string, outcome: string): Case['mustHappen'] {
  return { answers: [refused(status, error, outcome)], handlerRuns: 0, verdict: () => `refused: ${outcome}` };
}
