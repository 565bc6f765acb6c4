import { hmacScheme } from '../../src/scheme/hmac-scheme.js';

const signature = { header: 'x-signature', encoding: 'hex' } as const;
const timestamp = { header: 'x-timestamp' } as const;

hmacScheme({ name: 'acme', content: '{body}', signature });
hmacScheme({ name: 'acme', content: 'v0:{timestamp}:{body}', signature, timestamp });
hmacScheme({ name: 'acme', content: 'no part at all', signature });

// @ts-expect-error a misspelt part
hmacScheme({ name: 'acme', content: '{timestmap}.{body}', signature, timestamp });
// @ts-expect-error a misspelt part behind a right one
hmacScheme({ name: 'acme', content: '{timestamp}.{Body}', signature, timestamp });
// @ts-expect-error nothing in braces
hmacScheme({ name: 'acme', content: '{}{body}', signature });
// @ts-expect-error an encoding that no MAC has
hmacScheme({ name: 'acme', content: '{body}', signature: { header: 'x', encoding: 'der-base64' } });
// @ts-expect-error an algorithm that is no HMAC
hmacScheme({ name: 'acme', content: '{body}', signature, algorithm: 'ed25519' });
hmacScheme({
  name: 'acme',
  content: '{timestamp}',
  signature,
  // @ts-expect-error a unit that no wire has
  timestamp: { header: 'x-timestamp', unit: 'days' },
});
