import { createVerifier, isWebhookError, sign } from '@countersign/core';
import { github } from '@countersign/core/providers/github';
import * as octokit from '@octokit/webhooks-methods';
import { describe, expect, it } from 'vitest';

const secret = "It's a Secret to Everybody";
const PAYLOADS: Record<string, string> = {
  'the document’s own example': 'Hello, World!',
  JSON: '{"action":"opened","number":1}',
  'text beyond ASCII': '{"title":"résumé 😀 \u2028"}',
  'replacement patterns': '{"title":"$& $$ $`"}',
};

describe('@octokit/webhooks-methods', () => {
  it.each(Object.entries(PAYLOADS))('verifies what we sign: %s', async (_name, payload) => {
    const { headers } = await sign({ body: payload }, { provider: github, secret });
    const signature = headers['x-hub-signature-256'] ?? '';
    expect(await octokit.verify(secret, payload, signature)).toBe(true);
    expect(await octokit.verify(secret, `${payload} `, signature)).toBe(false);
    expect(await octokit.verify('another secret, long enough', payload, signature)).toBe(false);
  });

  it.each(Object.entries(PAYLOADS))('signs what we verify: %s', async (_name, payload) => {
    const headers = {
      'x-hub-signature-256': await octokit.sign(secret, payload),
      'x-github-event': 'issues',
    };
    const verifier = createVerifier({ provider: github, secrets: secret });
    expect((await verifier.verify({ headers, body: Buffer.from(payload) })).keyId).toBe('k0');
    const altered = verifier.verify({ headers, body: Buffer.from(`${payload} `) });
    expect(await altered.catch((error: unknown) => isWebhookError(error) && error.code)).toBe(
      'signature_mismatch',
    );
  });

  it('agrees with the published example', async () => {
    const published = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const { headers } = await sign({ body: 'Hello, World!' }, { provider: github, secret });
    expect(headers['x-hub-signature-256']).toBe(published);
    expect(await octokit.sign(secret, 'Hello, World!')).toBe(published);
  });
});
