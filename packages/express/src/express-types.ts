import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * What is used of Express, structurally: its handler types differ between versions 4 and 5, and one
 * adapter serves both.
 */
export interface ExpressRequest extends IncomingMessage {
  readonly originalUrl: string;
  readonly body?: unknown;
}

/** An Express response whose `locals` have at least these members. */
export interface ExpressResponse<Locals> extends ServerResponse {
  readonly locals: Locals;
}

/** Hands over to the next handler, or to the error handler. */
export type ExpressNext = (error?: unknown) => void;
