import { createHmac } from 'node:crypto';
import { sign, type WebhookRequest } from '@countersign/core';
import { fromNodeRequest, sendNodeResponse } from '@countersign/core/node';
import { type AdapterSetup, receiverFor, type ServedReceiver } from '@countersign/testing';
import express, { type Request, type Response } from 'express';
import { listen } from '../adapters/listen.js';

/** What a naive server lets the receiver see. */
interface Incoming {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
}

/** A server with one fault: what it does to a request before the careful receiver gets it, and the rest. */
export interface Fault {
  /** What the fault makes of a request. */
  readonly rewrite?: (
    incoming: Incoming,
    setup: AdapterSetup,
    request: Request,
  ) => Promise<Incoming> | Incoming;
  /** What the fault makes of the receiver's options. */
  readonly setup?: (setup: AdapterSetup) => AdapterSetup;
  /** Answers instead of the receiver, where it returns `true`. */
  readonly answer?: (body: Buffer, response: Response) => boolean;
  /** Parses first, and writes anew what it has parsed. */
  readonly parsesJson?: boolean;
  /** Whether refusals say what went wrong. */
  readonly saysWhy?: boolean;
}

/** Serves a receiver with this fault, otherwise as careful as it is. */
export async function serveNaively(fault: Fault, original: AdapterSetup): Promise<ServedReceiver> {
  let refusal: string | undefined;
  const faulty = fault.setup?.(original) ?? original;
  const setup: AdapterSetup = {
    ...faulty,
    receiver: {
      ...faulty.receiver,
      onOutcome: (outcome) => {
        refusal = outcome.kind === 'refused' ? `${outcome.error.message} ${outcome.error.cause}` : undefined;
        return faulty.receiver.onOutcome?.(outcome);
      },
    },
  };
  const receiver = receiverFor(setup, 'handler');
  const app = express().set('env', 'test');
  if (setup.parserFirst || fault.parsesJson === true) app.use(express.json({ limit: '64mb' }));
  app.use(collectBody);
  app.all('/webhooks', async (request, response) => {
    if (fault.answer?.(request.body, response) === true) return;
    const body: unknown =
      fault.parsesJson === true ? Buffer.from(JSON.stringify(request.body)) : request.body;
    const incoming = fromNodeRequest(request, { body });
    const answer = await receiver.handle(await rewritten(fault, incoming, setup, request));
    if (fault.saysWhy === true && answer.status >= 400)
      response.status(answer.status).json({ error: refusal });
    else sendNodeResponse(request, response, answer);
  });
  return listen(app);
}

/** Reads the body as it is, unless a parser was here before. */
async function collectBody(request: Request, _response: Response, next: () => void): Promise<void> {
  if (!request.readableDidRead) request.body = Buffer.concat(await request.toArray());
  next();
}

async function rewritten(
  { rewrite }: Fault,
  incoming: WebhookRequest,
  setup: AdapterSetup,
  request: Request,
): Promise<WebhookRequest> {
  const { headers, body } = incoming;
  if (rewrite === undefined || !(body instanceof Uint8Array)) return incoming;
  const distinct = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return { ...incoming, ...(await rewrite({ headers: distinct, body }, setup, request)) };
}

/** The first line of a header. */
export const first = ({ headers }: Incoming, name: string): string => [headers[name] ?? ''].flat()[0] ?? '';

/** The secret of a setup that has one. */
export function secretOf({ receiver }: AdapterSetup): string {
  if (typeof receiver.secrets !== 'string') throw new Error('this fault needs a plain secret');
  return receiver.secrets;
}

/** Signs anew what the naive server takes for genuine, so that the receiver does too. */
export async function signedAnew(
  incoming: Incoming,
  setup: AdapterSetup,
  timestamp?: number,
): Promise<Incoming> {
  const { provider } = setup.receiver;
  const { headers } = await sign(
    {
      id: first(incoming, 'webhook-id'),
      timestamp: new Date((timestamp ?? Number(first(incoming, 'webhook-timestamp'))) * 1000),
      body: incoming.body,
    },
    { provider, secret: secretOf(setup) },
  );
  return { ...incoming, headers: { ...incoming.headers, ...headers } };
}

/** The signature that a Standard Webhooks delivery should have, over its headers as they stand. */
export function expectedSignature(
  incoming: Incoming,
  setup: AdapterSetup,
  body: string | Uint8Array,
): string {
  const key = Buffer.from(secretOf(setup).replace('whsec_', ''), 'base64');
  const hmac = createHmac('sha256', key).update(
    `${first(incoming, 'webhook-id')}.${first(incoming, 'webhook-timestamp')}.`,
  );
  return `v1,${hmac.update(body).digest('base64')}`;
}
