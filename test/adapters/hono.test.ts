import { testAdapter } from './contract.js';
import { serveHono } from './hono.js';

testAdapter('hono 4 on node', (mode) => ({ serve: (setup) => serveHono(setup, mode) }));
