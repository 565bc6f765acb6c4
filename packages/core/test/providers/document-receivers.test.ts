import { spawnSync } from 'node:child_process';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../src/provider/provider.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { dcisionai } from '../../src/providers/dcisionai.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import { sign } from '../../src/sign/sign.js';

const SECRET = 'webhook_secret_1234567890';
const SENT_AT = new Date('2026-01-15T10:30:00.000Z');

const DATA: Record<string, unknown> = {
  'a flat object': { job_id: 'job_1', status: 'completed', progress: 100, result: null, ok: true },
  'text of all kinds': { text: 'résumé 😀 "quoted" \\ / \u2028 \u007f \b\f\n\r\t', '': 'empty', é: 1 },
  'replacement patterns': { text: "$& $$ $` $' $1" },
  numbers: { small: 1e-7, large: 1e21, exact: 9_007_199_254_740_991, fraction: 0.1, negative: -1.5, zero: 0 },
  'nested containers': { list: [[], {}, [{ b: 1, a: [1.5, null] }]], deep: { deeper: { deepest: [] } } },
  'names that sort by code point': { '\uffff': 1, '😀': 2, a: 3, B: 4, '\ue000': 5 },
  'an empty object': {},
};

interface Wire {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

async function send(provider: Provider, data: unknown): Promise<Wire> {
  const event = { id: 'evt_1', type: 'thing.happened', timestamp: SENT_AT, data };
  const delivery = { endpointId: 'wh_1', deliveryId: 'dlv_1', attempt: 1, test: false };
  const encoded = provider.envelope.encode(event, delivery);
  const signed = await sign({ timestamp: SENT_AT, body: encoded.body }, { provider, secret: SECRET });
  return { headers: { ...encoded.headers, ...signed.headers }, body: Buffer.from(signed.body) };
}

/** What the documents' Python receivers say of each delivery. */
function askPython(deliveries: readonly (Wire & { readonly name: string })[]): readonly unknown[] {
  const script = fileURLToPath(new URL('./document-receivers.py', import.meta.url));
  const input = deliveries.map(({ name, headers, body }) =>
    JSON.stringify([name, headers, body.toString('base64'), SECRET]),
  );
  const { error, status, stdout, stderr } = spawnSync('python3', [script], {
    input: input.join('\n'),
    encoding: 'utf8',
  });
  if (error !== undefined)
    throw new Error('these tests run Python receivers: python3 must be on PATH', { cause: error });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

const python = [dcisionai, aiPlatform, ragEngine];
const cases = python.flatMap((provider) =>
  Object.entries(DATA).map(([name, data]) => ({ provider, by: provider.name, name, data })),
);
const sent = await Promise.all(cases.map(({ provider, data }) => send(provider, data)));
const altered = sent.map(({ headers, body }) => ({
  headers,
  // Inside of `data` for all three: ragEngine signs nothing else.
  body: Buffer.from(
    body
      .toString()
      .replace(/("data": ?\{)(?=(\}?))/, (start, _, end) => `${start}"altered":1${end === '}' ? '' : ','}`),
  ),
}));
const answers = askPython(
  [...sent, ...altered].map((wire, index) => ({ ...wire, name: cases[index % cases.length]?.by ?? '' })),
);

describe('the documents’ Python receivers', () => {
  it.each(cases.map((each, index) => ({ ...each, index })))(
    '$by: accepts $name, and not when it is altered',
    ({ index }) => {
      expect(altered[index]?.body).not.toEqual(sent[index]?.body);
      expect(answers[index]).toBe(true);
      expect(answers[cases.length + index]).toBe(false);
    },
  );
});

// As the documents show them. Mended where they cannot run: `timingSafeEqual` takes buffers, not texts.
const JAVASCRIPT: readonly (readonly [
  Provider,
  (request: { headers: Wire['headers']; body: unknown }) => boolean,
])[] = [
  [
    dcisionai,
    (request) => {
      const signature = request.headers['x-dcisionai-signature'] ?? '';
      const timestamp = request.headers['x-dcisionai-timestamp'];
      const payload = request.body;
      const expectedSignature = createHmac('sha256', SECRET)
        .update(`${timestamp}.${JSON.stringify(payload)}`)
        .digest('hex');
      return timingSafeEqual(Buffer.from(signature), Buffer.from(expectedSignature));
    },
  ],
  [
    aiPlatform,
    (request) => {
      const payload = JSON.stringify(request.body);
      const signature = request.headers['x-webhook-signature'] ?? '';
      const expectedSignature = createHmac('sha256', SECRET).update(payload).digest('hex');
      return timingSafeEqual(Buffer.from(signature), Buffer.from(expectedSignature));
    },
  ],
  [
    empJobQueue,
    (request) => {
      const signature = request.headers['x-webhook-signature'] ?? '';
      const expectedSignature = createHmac('sha256', SECRET)
        .update(JSON.stringify(request.body))
        .digest('hex');
      const providedSignature = signature.replace('sha256=', '');
      return timingSafeEqual(Buffer.from(expectedSignature, 'hex'), Buffer.from(providedSignature, 'hex'));
    },
  ],
];

describe('the documents’ JavaScript receivers, which parse the body and write it again', () => {
  it.each(
    JAVASCRIPT.flatMap(([provider, receive]) =>
      Object.entries(DATA).map(([name, data]) => ({ provider, by: provider.name, receive, name, data })),
    ),
  )('$by: accepts $name', async ({ provider, receive, data }) => {
    const { headers, body } = await send(provider, data);
    expect(receive({ headers, body: JSON.parse(body.toString()) })).toBe(true);
    expect(receive({ headers, body: { ...JSON.parse(body.toString()), more: 1 } })).toBe(false);
  });
});
