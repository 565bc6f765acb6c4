/** The child process of one application: says its port, then its resource usage whenever asked. */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { VARIANTS } from './apps/app.js';
import { frameworkNames, frameworks } from './apps/frameworks.js';

const [framework, variant, secret = ''] = process.argv.slice(2);
const frameworkName = frameworkNames.find((name) => name === framework);
const variantName = VARIANTS.find((name) => name === variant);
if (frameworkName === undefined || variantName === undefined) {
  throw new Error(`no application ${framework}, ${variant}`);
}

const server = createServer(await frameworks[frameworkName].apps[variantName](secret));
// Connections rest while the other contenders have their turn.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.({ port: address?.port });
});

process.on('message', async (question) => {
  if (question === 'settled memory') {
    for (let i = 0; i < 3; i += 1) {
      globalThis.gc?.();
      await delay(50);
    }
  }
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ cpuMicroseconds: user + system, rss, heapUsed });
});
process.on('disconnect', () => process.exit());
