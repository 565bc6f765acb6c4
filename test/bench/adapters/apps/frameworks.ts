import type { Framework } from './app.js';
import { expressApps } from './express.js';
import { fastifyApps } from './fastify.js';
import { honoApps } from './hono.js';
import { nextApps } from './nextjs.js';

/** The frameworks that are measured, by name. */
export const frameworks = {
  Express: expressApps,
  Fastify: fastifyApps,
  Hono: honoApps,
  'Next.js': nextApps,
} satisfies Readonly<Record<string, Framework>>;

export type FrameworkName = keyof typeof frameworks;

export const frameworkNames: readonly FrameworkName[] = ['Express', 'Fastify', 'Hono', 'Next.js'];
