import { expressHost } from './express.js';
import { fastifyHost } from './fastify.js';
import { honoHost } from './hono.js';
import type { Host } from './host.js';
import { nextHost } from './nextjs.js';

/** Every framework that has an adapter. */
export const hosts: readonly Host[] = [expressHost, fastifyHost, honoHost, nextHost];
