import { toFetchResponse } from '@countersign/core/fetch';
import type { Caller } from './authenticate/caller.js';
import { identify, permit } from './authenticate/guard.js';
import type { ManagementSettings } from './management-options.js';
import { ManagementError } from './problem/management-error.js';
import { rowOf } from './problem/management-errors.js';
import { managementErrorOf, problemOf } from './problem/problem.js';
import { refuseCrossSite } from './request/cross-site.js';
import { refuseCondition } from './request/if-match.js';
import { NO_BODY, readJsonBody } from './request/json-body.js';
import { pathIds } from './request/path-ids.js';
import { queryOf } from './request/query.js';
import type { Reply, Route } from './routes/route.js';
import type { Services } from './routes/services.js';
import { mountNotes } from './system/mount-notes.js';

/** What is on every answer: it is for whoever asked, and nothing but what it says it is. */
const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** Nobody: who asks for a route that is everybody's. */
const ANYBODY: Caller = { tenant: undefined, scopes: [] };

/** What becomes of requests. It never rejects. */
export interface Pipeline {
  /** Answers a request of a route. */
  serve(request: Request, params: Readonly<Record<string, string>>, route: Route): Promise<Response>;
  /** Refuses one of a path that has other methods: only those who are known learn that it is there. */
  refuse(request: Request, error: ManagementError): Promise<Response>;
  /** Refuses one of no path. */
  refusePath(request: Request): Promise<Response>;
}

/** The one way of every request: who, whether, what, answer. */
export function createPipeline(services: Services, settings: ManagementSettings): Pipeline {
  const { authenticate, basePath, onError } = settings;
  const noteMount = mountNotes(basePath, onError);

  const answered = async (request: Request, work: () => Promise<Response>): Promise<Response> => {
    try {
      return await work();
    } catch (thrown) {
      const error = managementErrorOf(thrown);
      if (rowOf(error.code).status >= 500) onError(error.cause);
      return refused(error, request);
    }
  };

  return {
    serve: (request, params, route) =>
      answered(request, async () => {
        const { headers, url } = request;
        const { access, operatorsOnly = false, isConditional = false } = route;
        const isRead = route.method === 'get';
        const caller = access === 'everybody' ? ANYBODY : await identify(request, authenticate);
        permit(caller, access, operatorsOnly);
        if (!isRead) refuseCrossSite(headers);
        if (!isRead && !isConditional) refuseCondition(headers);
        const ids = pathIds(params);
        const { value: body, text: bodyText } = isRead ? NO_BODY : await readJsonBody(request, settings);
        const call = { ...services, ...ids, caller, headers, query: queryOf(url), body, bodyText };
        return replied(await route.respond(call), route, request);
      }),
    refuse: (request, error) =>
      answered(request, async () => {
        await identify(request, authenticate);
        throw error;
      }),
    refusePath: (request) =>
      answered(request, async () => {
        await identify(request, authenticate);
        noteMount(request.url);
        throw new ManagementError('unknown_route', 'there is nothing here');
      }),
  };
}

function replied(
  { content, status, headers }: Reply<unknown>,
  { answer }: Route,
  request: Request,
): Response {
  if (content === undefined) return responseTo(request, status ?? answer.status, '', { ...headers });
  const body = typeof content === 'string' ? content : JSON.stringify(content);
  const mediaType = answer.mediaType ?? 'application/json';
  return responseTo(request, status ?? answer.status, body, { 'content-type': mediaType, ...headers });
}

function refused(error: ManagementError, request: Request): Response {
  const problem = problemOf(error);
  const headers = { 'content-type': 'application/problem+json', ...error.headers };
  return responseTo(request, problem.status, JSON.stringify(problem), headers);
}

/** What of the request was not read is discarded, so that its connection can be used again. */
function responseTo(
  request: Request,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>>,
): Response {
  return toFetchResponse({ status, body, headers: { ...ALWAYS, ...headers } }, request);
}
