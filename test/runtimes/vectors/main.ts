import * as node from '../../../packages/core/src/crypto/node.js';
import * as web from '../../../packages/core/src/crypto/web.js';
import { printed, reportOf } from '../report.js';
import { cryptoVectors } from './crypto.js';
import { standardWebhooksVectors } from './standard-webhooks.js';

/** Bun and Deno have both implementations: `#crypto` is the first one there. */
const implementations = { 'node:crypto': node, WebCrypto: web };

async function* reports() {
  for (const [suite, implementation] of Object.entries(implementations))
    for (const { name, check } of cryptoVectors) yield reportOf(suite, name, () => check(implementation));
  for (const { name, check } of standardWebhooksVectors) yield reportOf('#crypto', name, check);
}

await printed(reports());
