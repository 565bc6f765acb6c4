import { expect, it, vi } from 'vitest';

// The whole of verification once more, over the other implementation of `#crypto`: every runtime but Node
// has this one, and with it every answer comes later. The mock is hoisted above the imports.
vi.mock('#crypto', () => import('../../src/crypto/web.js'));

import { crypto } from '#crypto';
import { crypto as web } from '../../src/crypto/web.js';
import '../provider/standard-webhooks.test.js';
import '../providers/wire-formats.test.js';
import '../sign/sign.test.js';
import './diagnose.test.js';
import './freshness.test.js';
import './identity.test.js';
import './invariants.test.js';
import './keys.test.js';
import './order.test.js';
import './replay-key.test.js';

it('is WebCrypto that all of this ran on', () => {
  expect(crypto).toBe(web);
});
