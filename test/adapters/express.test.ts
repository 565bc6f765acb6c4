import { testAdapter } from './contract.js';
import { serveExpress, serveExpress4 } from './express.js';

testAdapter('express 5', (mode) => ({ serve: (setup) => serveExpress(setup, mode) }));
testAdapter('express 4', (mode) => ({ serve: (setup) => serveExpress4(setup, mode) }));
