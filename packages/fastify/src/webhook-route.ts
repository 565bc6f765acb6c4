import { WebhookError, type WebhookRequest, type WebhookResponse } from '@countersign/core';
import { fromNodeRequest, prepareNodeResponse } from '@countersign/core/node';
import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  onSendHookHandler,
  preParsingHookHandler,
  RouteHandlerMethod,
} from 'fastify';
import { misuse } from './misuse.js';

/** The versions of Fastify that end an answer in one step, so that it can be held until it is settled. */
export const SUPPORTED_FASTIFY = '>=5.12.0 <6';

/** One webhook's route, in a scope of its own. */
export interface WebhookRoute {
  readonly path: string;
  readonly handler: RouteHandlerMethod;
  readonly onSend?: onSendHookHandler;
}

/** Requests whose stream a `preParsing` hook has replaced by another. */
const replaced = new WeakSet<object>();

/** Adds the route for every method; no parser of Fastify, nor its body limit, comes before the receiver. */
export function addWebhookRoute(scope: FastifyInstance, { path, handler, ...hooks }: WebhookRoute): void {
  if (typeof path !== 'string') throw misuse('path', 'a string', path);
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', function leaveToReceiver(request, payload, done) {
    if (payload !== request.raw) replaced.add(request.raw);
    showContentType(request, request.raw.headers['content-type']);
    done(null);
  });
  scope.all(path, { ...hooks, preParsing: hideMalformedType }, handler);
}

/** Fastify answers a content type that it cannot read 415 by itself, though the delivery may be genuine. */
const hideMalformedType: preParsingHookHandler = (request, _reply, _payload, done) => {
  if (request.mediaType === undefined) showContentType(request, undefined);
  done();
};

function showContentType(request: FastifyRequest, type: string | undefined): void {
  const { headers } = request;
  if (headers['content-type'] !== type) request.headers = { ...headers, 'content-type': type };
}

/** The request as the wire had it: its URL before rewriting, its bytes before any hook. */
export function fromFastifyRequest(request: FastifyRequest): WebhookRequest {
  const { raw } = request;
  const webhook = fromNodeRequest(raw, { url: request.originalUrl, native: request });
  return replaced.has(raw) ? { ...webhook, body: () => Promise.reject(bodyReplaced()) } : webhook;
}

function bodyReplaced(): WebhookError {
  return new WebhookError(
    'body_already_parsed',
    "a `preParsing` hook replaced the request's stream before the receiver: keep the hook off the webhook's route",
  );
}

/** Leaves the receiver's answer to the reply, with hooks and logs; returns its body, to be sent. */
export function answerWith(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, headers, body }: WebhookResponse,
): Uint8Array {
  prepareNodeResponse(request.raw, reply.raw, status);
  reply.code(status).headers(headers);
  // To a text Fastify would add a charset.
  return typeof body === 'string' ? Buffer.from(body) : body;
}
