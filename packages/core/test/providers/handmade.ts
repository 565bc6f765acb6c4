import { createHmac } from 'node:crypto';
import type { Provider } from '../../src/provider/provider.js';
import { standardWebhooks } from '../../src/provider/standard-webhooks.js';
import { aiPlatform } from '../../src/providers/ai-platform.js';
import { dcisionai } from '../../src/providers/dcisionai.js';
import { deliveryFlow } from '../../src/providers/delivery-flow.js';
import { empJobQueue } from '../../src/providers/emp-job-queue.js';
import { github } from '../../src/providers/github.js';
import { ragEngine } from '../../src/providers/rag-engine.js';
import { stripe } from '../../src/providers/stripe.js';

/** When the handmade deliveries are sent. */
export const SENT_AT = new Date('2026-01-15T10:30:00.000Z');
const SECONDS = '1768473000';

/** A delivery as a system's own document describes it, signed without any code of this package. */
export interface Handmade {
  readonly provider: Provider;
  readonly secret: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What the signature is over, put together by hand. */
  readonly content: string;
  /** Headers that the signature does not cover. */
  readonly unsigned: Readonly<Record<string, string>>;
  /** The id that `sign` needs. */
  readonly signedId?: string;
  /** The time that verification finds; none where the provider signs none. */
  readonly time: Date | undefined;
  readonly type: string;
}

const TEXT_SECRET = 'webhook_secret_1234567890';
const hmac = (content: string, secret: string | Buffer = TEXT_SECRET) =>
  createHmac('sha256', secret).update(content);

const standardKey = Buffer.from('0123456789abcdef0123456789abcdef');
const standardBody = '{"type":"invoice.paid","timestamp":"2026-01-15T10:29:58.000Z","data":{"amount":1}}';
const stripeBody =
  '{\n  "id": "evt_1",\n  "object": "event",\n  "created": 1768472999,\n  "data": {"object": {"id": "in_1"}},\n  "type": "invoice.paid"\n}';
const githubBody = '{"action":"opened","number":7,"repository":{"full_name":"octo/hello"}}';
const flowBody =
  '{"id":"evt_1","event":"prediction.success","timestamp":"2026-01-15T10:29:58.000Z","data":{"model_id":"m_1"}}';
const dcisionaiBody =
  '{"event":"project.created","data":{"id":"proj_1234567890","name":"My Project","created_at":"2023-01-01T00:00:00Z"}}';
const aiBody =
  '{"event_id":"evt_550e8400e29b41d4","event_type":"optimization.completed","timestamp":"2026-01-15T10:29:58Z","data":{"job_id":"550e8400","status":"completed","result":{}},"retry_count":0}';
const ragCanonical =
  '{"document_id": "d-1", "filename": "r\\u00e9sum\\u00e9.pdf", "score": 1e-07, "size_bytes": 1048576}';
const ragSignature = hmac(ragCanonical).digest('hex');
const ragBody = `{"event": "document.uploaded", "timestamp": "2026-01-15T10:29:58.123456", "data": {"filename": "r\\u00e9sum\\u00e9.pdf", "document_id": "d-1", "size_bytes": 1048576, "score": 1e-07}, "signature": "${ragSignature}"}`;
const empBody =
  '{"event_type":"job.completed","event_id":"evt_9876543210_xyz789abc","timestamp":1768472998000,"webhook_id":"wh_1234567890_abc123def","data":{"job_id":"job_123","job_type":"comfyui","progress":100}}';

/** One delivery of each provider. */
export const handmade: readonly Handmade[] = [
  {
    provider: standardWebhooks,
    secret: `whsec_${standardKey.toString('base64')}`,
    body: standardBody,
    content: `msg_1.${SECONDS}.${standardBody}`,
    headers: {
      'webhook-id': 'msg_1',
      'webhook-timestamp': SECONDS,
      'webhook-signature': `v1,${hmac(`msg_1.${SECONDS}.${standardBody}`, standardKey).digest('base64')}`,
    },
    unsigned: { 'content-type': 'application/json' },
    signedId: 'msg_1',
    time: SENT_AT,
    type: 'invoice.paid',
  },
  {
    provider: stripe,
    secret: 'whsec_test_secret_verbatim',
    body: stripeBody,
    content: `${SECONDS}.${stripeBody}`,
    headers: {
      'stripe-signature': `t=${SECONDS},v1=${hmac(`${SECONDS}.${stripeBody}`, 'whsec_test_secret_verbatim').digest('hex')}`,
    },
    unsigned: { 'user-agent': 'Stripe/1.0' },
    time: SENT_AT,
    type: 'invoice.paid',
  },
  {
    provider: github,
    secret: TEXT_SECRET,
    body: githubBody,
    content: githubBody,
    headers: { 'x-hub-signature-256': `sha256=${hmac(githubBody).digest('hex')}` },
    unsigned: {
      'x-github-event': 'pull_request',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    },
    time: undefined,
    type: 'pull_request',
  },
  {
    provider: deliveryFlow,
    secret: TEXT_SECRET,
    body: flowBody,
    content: `dlv_1.${SECONDS}.${flowBody}`,
    headers: {
      'x-delivery-id': 'dlv_1',
      'x-timestamp': SECONDS,
      'x-signature': hmac(`dlv_1.${SECONDS}.${flowBody}`).digest('hex'),
    },
    unsigned: { 'x-webhook-id': 'wh_1' },
    signedId: 'dlv_1',
    time: SENT_AT,
    type: 'prediction.success',
  },
  {
    provider: dcisionai,
    secret: TEXT_SECRET,
    body: dcisionaiBody,
    content: `${SECONDS}.${dcisionaiBody}`,
    headers: {
      'x-dcisionai-timestamp': SECONDS,
      'x-dcisionai-signature': hmac(`${SECONDS}.${dcisionaiBody}`).digest('hex'),
    },
    unsigned: { 'content-type': 'application/json' },
    time: SENT_AT,
    type: 'project.created',
  },
  {
    provider: aiPlatform,
    secret: TEXT_SECRET,
    body: aiBody,
    content: aiBody,
    headers: { 'x-webhook-signature': hmac(aiBody).digest('hex') },
    unsigned: {
      'x-webhook-id': 'wh_550e8400e29b41d4',
      'x-event-id': 'evt_550e8400e29b41d4',
      'x-timestamp': '2026-01-15T10:29:58Z',
    },
    time: new Date('2026-01-15T10:29:58.000Z'),
    type: 'optimization.completed',
  },
  {
    provider: ragEngine,
    secret: TEXT_SECRET,
    body: ragBody,
    content: ragCanonical,
    headers: { 'x-webhook-signature': ragSignature },
    unsigned: { 'user-agent': 'RAG-Engine/1.0' },
    time: undefined,
    type: 'document.uploaded',
  },
  {
    provider: empJobQueue,
    secret: TEXT_SECRET,
    body: empBody,
    content: empBody,
    headers: { 'x-webhook-signature': `sha256=${hmac(empBody).digest('hex')}` },
    unsigned: {
      'x-webhook-event': 'job.completed',
      'x-webhook-id': 'wh_1234567890_abc123def',
      'x-event-id': 'evt_9876543210_xyz789abc',
    },
    time: new Date(1_768_472_998_000),
    type: 'job.completed',
  },
];

/** The delivery of one provider. */
export function handmadeBy(provider: Provider): Handmade {
  const found = handmade.find((made) => made.provider === provider);
  if (found === undefined) throw new Error(`no delivery of ${provider.name} was made`);
  return found;
}
