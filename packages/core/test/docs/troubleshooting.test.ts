import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  createReceiver,
  type NamedSecret,
  type ReceiverOutcome,
  type Secrets,
  sign,
} from '@countersign/core';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/errors/error-codes.js';
import { outcomes } from '../../src/errors/error-table.js';
import { generateKeyPair } from '../../src/keys/generate-secret.js';

const root = resolve(import.meta.dirname, '../../../..');
const text = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');

/** What stands under a heading, up to the next one of its level or above. */
function section(heading: string): string {
  const start = text.indexOf(`\n${heading}\n`);
  expect(start, `there is no \`${heading}\``).toBeGreaterThan(0);
  const level = heading.indexOf(' ');
  const rest = text.slice(start + heading.length + 2);
  const end = rest.search(new RegExp(`^#{1,${level}} `, 'm'));
  return end === -1 ? rest : rest.slice(0, end);
}

/** The cells of the rows of a section's first table. */
function rows(heading: string): readonly (readonly string[])[] {
  const [, table = ''] = /^\| --- .*\n((?:\| .* \|\n)+)/m.exec(section(heading)) ?? [];
  return table
    .trimEnd()
    .split('\n')
    .map((row) => row.slice('| '.length, -' |'.length).split(' | '));
}

describe('docs/troubleshooting.md', () => {
  it('has a row for every error of a delivery, each linked to its explanation', () => {
    const listed = rows('## By code').map(([cell]) => cell);
    expect(listed).toEqual(Object.keys(errorCodes).map((code) => `[\`${code}\`](errors.md#${code})`));
  });

  it('says what to do about every notice', () => {
    const page = section('### Process warnings');
    for (const code of Object.keys(outcomes)) expect(page).toContain(`[\`${code}\`](errors.md#${code})`);
  });

  const byFramework = [...text.matchAll(/^### `(\w+)` by framework$/gm)].map(([, code = '']) => code);

  it('goes on by framework where the table says so', () => {
    const promised = [...section('## By code').matchAll(/#(\w+)-by-framework/g)].map(([, code]) => code);
    expect(byFramework.length).toBeGreaterThan(5);
    expect(byFramework.toSorted()).toEqual([...new Set(promised)].toSorted());
  });

  it.each(byFramework)('%s: names every framework, and is an error of a delivery', (code) => {
    const named = rows(`### \`${code}\` by framework`)
      .map(([framework = '']) => framework)
      .join(', ');
    for (const name of ['Express', 'Fastify', 'Hono', 'App Router', 'Pages Router'])
      expect(named).toContain(name);
    expect(Object.keys(errorCodes)).toContain(code);
  });
});

describe('what the page says of the diagnosis', () => {
  const secret = 'whsec_Y291bnRlcnNpZ24tdGVzdC1zZWNyZXQtMzItYnl0ZXM=';
  const other = 'whsec_Y291bnRlcnNpZ24tb3RoZXItc2VjcmV0LTMyLWJ5dGVz';
  const body = '{"type":"job.done"}';
  const old: NamedSecret = { id: 'old', secret, notAfter: new Date(0) };

  const delivered: Readonly<Record<string, () => Promise<string | undefined>>> = {
    'another secret': () => diagnosisOf({ secrets: other }),
    'white space': () => diagnosisOf({ arrives: '{ "type": "job.done" }' }),
    'a window that is over': () => diagnosisOf({ secrets: [old, other] }),
    'a public key': async () => diagnosisOf({ secrets: (await generateKeyPair()).publicKey }),
    'an unknown version': () => diagnosisOf({ signature: 'v9,AAAA' }),
    'a large body': () => diagnosisOf({ arrives: 'x'.repeat(65_537) }),
  };

  /** What a receiver finds out about a delivery that was signed with `secret` over `body`. */
  async function diagnosisOf(changes: {
    readonly secrets?: Secrets;
    readonly arrives?: string;
    readonly signature?: string;
  }): Promise<string | undefined> {
    const { headers } = await sign({ id: 'm1', body }, { secret });
    const { secrets = secret, arrives = body, signature = headers['webhook-signature'] } = changes;
    const outcome = await new Promise<ReceiverOutcome>((onOutcome) => {
      const receiver = createReceiver({ secrets, onOutcome }).onUnhandled(() => {});
      const received = { ...headers, 'webhook-signature': signature };
      void receiver.handle({ method: 'POST', url: '/', headers: received, body: Buffer.from(arrives) });
    });
    if (outcome.kind !== 'refused') throw new Error(`it was ${outcome.code}`);
    expect(outcome.code).toBe('signature_mismatch');
    return outcome.diagnosis;
  }

  it('is what a receiver says', async () => {
    const quoted = rows('## What the diagnosis says').map(
      ([cell = '']) => /^(`+)(.*)\1$/.exec(cell)?.[2] ?? undefined,
    );
    const said = await Promise.all(Object.values(delivered).map((deliver) => deliver()));
    expect(said).toEqual(quoted);
  });
});
