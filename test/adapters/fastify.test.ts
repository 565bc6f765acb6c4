import { testAdapter } from './contract.js';
import { serveFastify } from './fastify.js';

testAdapter('fastify 5', (mode) => ({ serve: (setup) => serveFastify(setup, mode) }));
