import type { ServerResponse } from 'node:http';
import type { Acceptance, WebhookEvent, WebhookRequest, WebhookResponse } from '@countersign/core';
import { fromNodeRequest, sendNodeResponse, settleOnResponse } from '@countersign/core/node';
import {
  type AdapterSetup,
  type AdapterTarget,
  receiverFor,
  type ServedReceiver,
} from '@countersign/testing';
import express, { type NextFunction, type Request, type Response } from 'express';
import { write } from '../adapters/express.js';
import { listen } from '../adapters/listen.js';

type Accepted = Extract<Acceptance<WebhookEvent>, { readonly accepted: true }>;

/** What one faulty adapter does otherwise; what is not given is done as it should be. */
export interface AdapterFault {
  /** What the receiver is made of. */
  readonly setup?: (setup: AdapterSetup) => AdapterSetup;
  /** Answers instead of the receiver, where it returns `true`. */
  readonly answer?: (request: Request, response: Response) => boolean;
  /** What stands before the route. */
  readonly before?: readonly ReturnType<typeof express.json>[];
  /** What the receiver sees of a request. */
  readonly receive?: (incoming: WebhookRequest, request: Request) => WebhookRequest;
  /** How the receiver's answer is written. */
  readonly send?: (request: Request, response: Response, answer: WebhookResponse) => void;
  /** How a guard settles; default when the status is handed over. */
  readonly settle?: (response: ServerResponse, settle: Accepted['settle']) => void;
  /** What a guard answers where the application throws; default the framework's error handler. */
  readonly failed?: (response: Response, settle: Accepted['settle']) => void;
}

/** An adapter for Express with this fault, on one webhook route. */
export function serveFaulty(
  fault: AdapterFault,
  original: AdapterSetup,
  mode: AdapterTarget['mode'],
): Promise<ServedReceiver> {
  const setup = fault.setup?.(original) ?? original;
  const { answer, receive = (incoming) => incoming, send = sendNodeResponse } = fault;
  const receiver = receiverFor(setup, mode);
  const app = express().set('env', 'test');
  if (setup.parserFirst) app.use(express.json());
  app.use(...(fault.before ?? [passOn]));
  app.all('/webhooks', async (request, response, next) => {
    if (answer?.(request, response) === true) return;
    const incoming = receive(fromNodeRequest(request, { body: request.body }), request);
    if (mode === 'handler') return send(request, response, await receiver.handle(incoming));
    const acceptance = await receiver.accept(incoming);
    if (!acceptance.accepted) return send(request, response, acceptance.response);
    await runGuarded(fault, setup, acceptance, response, next);
  });
  return listen(app);
}

async function runGuarded(
  { settle = settleOnResponse, failed }: AdapterFault,
  { application }: AdapterSetup,
  acceptance: Accepted,
  response: Response,
  next: NextFunction,
): Promise<void> {
  settle(response, acceptance.settle);
  try {
    write(response, await application(acceptance));
  } catch (error) {
    if (failed === undefined) next(error ?? new Error('rejected with nothing'));
    else failed(response, acceptance.settle);
  }
}

function passOn(_request: Request, _response: Response, next: NextFunction): void {
  next();
}
