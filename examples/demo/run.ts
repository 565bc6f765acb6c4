import { type Case, cases, type Judgement } from './cases.js';
import { differences } from './compare.js';
import { type Endpoint, startEndpoint } from './endpoint.js';
import type { Host } from './hosts/host.js';
import type { Handled, Judged } from './ledger.js';
import { type Answer, type NewEvent, post, type SignedRequest, signedRequest } from './producer.js';
import type { System } from './systems.js';
import { type Delivery, TIMEOUT_MS, traffics } from './traffic.js';

const RETRY_DELAY_MS = 1_000;

/** What came of one case on one system, served by one framework. */
export interface Result {
  readonly system: string;
  readonly framework: string;
  readonly name: string;
  readonly verdict: string;
  /** Requests that were sent. */
  readonly requests: number;
  /** Empty where exactly what must happen has happened. */
  readonly differences: readonly string[];
}

/** Starts a system's endpoint on a framework, tries every case on it, and stops it. */
export async function runSystem(
  system: System,
  host: Host,
  onProgress: (line: string) => void,
): Promise<readonly Result[]> {
  const endpoint = await startEndpoint(system, host);
  try {
    const results: Result[] = [];
    for (const [index, testCase] of cases.entries()) {
      // No two cases send the same event.
      const happened = await runCase(system, endpoint, testCase, 1_234_567_890 + index);
      const result = { ...happened, system: system.title, framework: host.title, name: testCase.name };
      const summaries = endpoint.ledger.summaries.splice(0);
      if (testCase.events === 'every type') summaries.forEach(onProgress);
      onProgress(`${result.name}: ${result.verdict}`);
      results.push(result);
    }
    return results;
  } finally {
    await endpoint.close();
  }
}

async function runCase(
  system: System,
  endpoint: Endpoint,
  testCase: Case,
  serial: number,
): Promise<Pick<Result, 'verdict' | 'requests' | 'differences'>> {
  if (testCase.ageSeconds !== undefined && system.signedTime === 'none')
    return { verdict: 'not signed', requests: 0, differences: [] };

  const { answers: expected, handlerRuns, verdict } = testCase.mustHappen;
  const events = eventsOf(system, testCase, serial);
  const found: string[] = [];
  for (const event of events) {
    const answers = await traffics[testCase.traffic](await deliveryOf(system, endpoint, testCase, event));
    const { type, data } = event;
    const mustHappen = { answers: expected, handled: Array<Handled>(handlerRuns).fill({ type, data }) };
    const happened = { answers, handled: endpoint.ledger.handled.splice(0) };
    found.push(...differences(mustHappen, happened).map((line) => `${type}: ${line}`));
  }
  return {
    verdict: found.length === 0 ? verdict(events.length) : 'DIFFERS',
    requests: events.length * expected.length,
    differences: found,
  };
}

function eventsOf(system: System, { events, ageSeconds }: Case, serial: number): readonly NewEvent[] {
  const age = system.signedTime === 'none' ? undefined : ageSeconds?.[system.signedTime];
  const timestamp = new Date(Date.now() - (age ?? 0) * 1000);
  return Object.entries(system.samples(serial))
    .filter(([type]) => events === 'every type' || type === system.typical)
    .map(([type, data], index) => ({ id: `evt_${serial}_${index}`, type, timestamp, data }));
}

async function deliveryOf(
  system: System,
  { url, parsedUrl, keys, ledger }: Endpoint,
  { wrongSecret, tampered, parserInFront }: Case,
  event: NewEvent,
): Promise<Delivery> {
  const { signWith } = wrongSecret ? await system.newKeys() : keys;
  return {
    ledger,
    async attempt(number) {
      // Where the event is old or from the future, so are its attempts.
      const sentAt = new Date(event.timestamp.getTime() + (number - 1) * RETRY_DELAY_MS);
      const request = await signedRequest(system.provider, signWith, event, { number, sentAt });
      return tampered ? tamper(request, system.forgery) : request;
    },
    async send(requests) {
      const target = parserInFront ? parsedUrl : url;
      const answers = await Promise.all(requests.map((request) => post(target, request, TIMEOUT_MS)));
      // The hook may be called a moment after the answer.
      await ledger.until(() => ledger.judged.length >= requests.length, TIMEOUT_MS);
      return judgements(answers, ledger.judged.splice(0));
    },
  };
}

function tamper({ headers, body }: SignedRequest, [from, to]: System['forgery']): SignedRequest {
  const text = Buffer.from(body).toString();
  if (!text.includes(from)) throw new Error(`nothing to forge: the body has no ${from}`);
  return { headers, body: Buffer.from(text.replace(from, to)) };
}

/** Requests sent at the same time are judged in any order: both sides are sorted to find each other. */
function judgements(answers: readonly Answer[], judged: readonly Judged[]): readonly Judgement[] {
  const outcomes = judged.toSorted((a, b) => a.status - b.status || a.code.localeCompare(b.code));
  return answers
    .toSorted((a, b) => a.status - b.status || JSON.stringify(a.body).localeCompare(JSON.stringify(b.body)))
    .map((answer, index) => ({ ...answer, outcome: outcomeFor(answer, outcomes[index]) }));
}

function outcomeFor(answer: Answer, judged: Judged | undefined): string {
  if (judged === undefined) return 'none';
  return judged.status === answer.status ? judged.code : `${judged.code} (${judged.status})`;
}
