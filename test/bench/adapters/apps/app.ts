import type { RequestListener } from 'node:http';

/** What is measured of each framework. */
export const VARIANTS = [
  'by hand',
  'countersign, handler',
  'countersign, handler, `replay: false`',
  'countersign, guard',
  'no verification',
] as const;

export type Variant = (typeof VARIANTS)[number];

/** Makes an application with one route, `POST /webhooks`. */
export type App = (secret: string) => RequestListener | Promise<RequestListener>;

/** One framework with its applications. */
export interface Framework {
  /** The package whose version the page names. */
  readonly package: string;
  /** Of the usual number of requests, for a framework that is slower by its nature; default 1. */
  readonly share?: number;
  readonly apps: Readonly<Record<Variant, App>>;
}

/** The answer of all applications written by hand, as long as ours. */
export const ACKNOWLEDGED = { received: true, status: 'processed' };
