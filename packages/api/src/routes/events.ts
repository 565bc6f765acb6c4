import type { Caller } from '../authenticate/caller.js';
import { invalidParts } from '../problem/management-error.js';
import { entryTexts, memberTexts } from '../request/json-parts.js';
import { EVENT_ID, eventsInput, ownEventsInput, sentEventsAnswer, type WireEvent } from '../schemas/event.js';
import { eventOf, wireSentEvent } from '../wire/event.js';
import { defineRoute, newTenant, nothing, type Route } from './route.js';

const send = defineRoute({
  ...nothing,
  method: 'post',
  path: '/events',
  operationId: 'sendEvents',
  tag: 'events',
  summary: 'Sends an event, or up to 1,000 of them',
  description: 'They are in the record when this is answered: all of them, or none.',
  access: 'events:write',
  body: eventsInput,
  others: { body: ownEventsInput },
  headers: [
    {
      name: 'Idempotency-Key',
      description: 'The `id` of a single event, where it has none: letters, digits, `_` and `-`.',
    },
  ],
  answer: { status: 202, description: 'What was stored; a list for `events`.', schema: sentEventsAnswer },
  problems: ['event_conflict', 'event_too_large', 'schema_mismatch'],
  async handle({ sender, caller, body, bodyText, headers }) {
    const key = idempotencyKey(headers);
    const members = memberTexts(bodyText);
    if (!('events' in body)) {
      const event = withTenant({ ...body, id: idOf(body.id, key) }, members, caller);
      return { content: { data: wireSentEvent(await sender.send(event)) } };
    }
    if (key !== undefined) throw refusedKey('is for a single event: give each of `events` an `id`');
    const texts = entryTexts(members.get('events') ?? '[]');
    const events = body.events.map((event, index) =>
      withTenant(event, memberTexts(texts[index] ?? '{}'), caller),
    );
    return { content: { data: (await sender.sendMany(events)).map(wireSentEvent) } };
  },
});

/** Intake. */
export const eventRoutes: readonly Route[] = [send];

function withTenant(event: WireEvent, members: ReadonlyMap<string, string>, caller: Caller) {
  const tenant = newTenant(caller, event.tenant);
  return eventOf(event, members.get('data') ?? 'null', tenant);
}

/** The header's text; it may stand in quotes, as structured headers do. */
function idempotencyKey(headers: Headers): string | undefined {
  const text = headers.get('idempotency-key');
  if (text === null) return undefined;
  const key = /^"(.*)"$/.exec(text)?.[1] ?? text;
  if (EVENT_ID.test(key)) return key;
  throw refusedKey('must be 1 to 128 letters, digits, `_` or `-`');
}

function idOf(id: string | undefined, key: string | undefined): string | undefined {
  if (id !== undefined && key !== undefined && id !== key)
    throw refusedKey('and `id` are different: give one of them');
  return id ?? key;
}

function refusedKey(problem: string) {
  return invalidParts([{ header: 'Idempotency-Key', detail: `\`Idempotency-Key\` ${problem}` }]);
}
