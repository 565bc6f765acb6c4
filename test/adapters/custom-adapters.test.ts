import { serveH3, serveKoa, serveNodeHttp } from '../../examples/custom-adapters/serve.js';
import { testAdapter } from './contract.js';

testAdapter('node:http', (mode) => ({ serve: (setup) => serveNodeHttp(setup, mode) }));
testAdapter('koa 3', (mode) => ({ serve: (setup) => serveKoa(setup, mode) }));
testAdapter('h3 2', (mode) => ({ serve: (setup) => serveH3(setup, mode) }));
