import type { GuardedHandler } from '@countersign/fastify';
import type { FastifyInstance } from 'fastify';

/** A way to answer that a guarded route may take. */
export interface Way {
  readonly how: string;
  readonly answer: GuardedHandler<unknown>;
  /** What the application has around the route. */
  readonly around?: (app: FastifyInstance) => void;
  readonly status: number;
  readonly body?: string | RegExp;
}

export const fails = (): never => {
  throw new Error('the route failed');
};
