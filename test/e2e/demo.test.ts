import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { aiPlatformEvents } from '@countersign/core/catalogs/ai-platform';
import { dcisionaiEvents } from '@countersign/core/catalogs/dcisionai';
import { deliveryFlowEvents } from '@countersign/core/catalogs/delivery-flow';
import { empJobQueueEvents } from '@countersign/core/catalogs/emp-job-queue';
import { ragEngineEvents } from '@countersign/core/catalogs/rag-engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { differences } from '../../examples/demo/compare.js';

const root = resolve(import.meta.dirname, '../..');
const CHILD_TIMEOUT_MS = 60_000;

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node with pipes for a terminal; what it leaves open keeps it from ending, and fails the test. */
async function run(...args: readonly string[]): Promise<Ended> {
  const { FORCE_COLOR: _, NO_COLOR: __, ...env } = process.env;
  const child = spawn(process.execPath, ['--conditions=@countersign/source', '--import', 'tsx', ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: CHILD_TIMEOUT_MS,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  const exitCode = await new Promise<number | null>((done, fail) => {
    child.on('close', done).on('error', fail);
  });
  return { exitCode, stdout, stderr };
}

/** A table, whose columns may be spread over several blocks, by its first head: system -> case -> cell. */
function tableOf(stdout: string, first = 'system'): Record<string, Record<string, string>> {
  const table: Record<string, Record<string, string>> = {};
  for (const block of stdout.split('\n\n')) {
    const [head = [], , ...rows] = block
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    if (head[0] !== first) continue;
    for (const [system = '', ...cells] of rows) {
      table[system] = {
        ...table[system],
        ...Object.fromEntries(cells.map((cell, i) => [head[i + 1], cell])),
      };
    }
  }
  return table;
}

const everywhere = {
  'tampered body': 'refused: signature_mismatch',
  'wrong secret': 'refused: signature_mismatch',
  'replay of a capture': 'deduplicated',
  'five copies at once': 'one ran, four told to come back',
  'handler fails once': 'retried, processed',
  'body parser in front': 'refused: body_already_parsed',
};
const timeSigned = {
  ...everywhere,
  'stale time': 'refused: timestamp_too_old',
  'future time': 'refused: timestamp_too_new',
};
const timeNotSigned = { ...everywhere, 'stale time': 'not signed', 'future time': 'not signed' };
/** What the record says of a sender whose system has so many event types. */
const sent = (count: number) => ({
  ...Object.fromEntries(
    ['Express', 'Fastify', 'Hono', 'Next.js'].map((host) => [host, `${count} of ${count}, 1 retried`]),
  ),
  '500 twice': 'delivered at attempt 3',
  '429, Retry-After: 1': 'delivered at attempt 2',
  '410 Gone': 'failed, disabled',
  redirect: 'failed: 302, 3 attempts',
  'no answer': 'failed: timeout, 2 attempts',
  'endless answer': 'failed: timeout, 2 attempts',
  'forbidden address': 'failed: blocked_address, 3 attempts',
});
const types = (count: number) => ({ 'every event type': `verified (${count} types)` });

describe('the demo', { timeout: CHILD_TIMEOUT_MS }, () => {
  let whole: Ended;

  beforeAll(async () => {
    whole = await run('examples/demo/main.ts');
  }, CHILD_TIMEOUT_MS);

  test('shows every system withstand every case on every framework, leaves nothing behind and exits with 0', () => {
    const { exitCode, stdout, stderr } = whole;

    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(tableOf(stdout)).toStrictEqual({
      deliveryFlow: { ...timeSigned, ...types(8) },
      dcisionai: { ...timeSigned, ...types(16) },
      aiPlatform: { ...timeSigned, ...types(23) },
      ragEngine: { ...timeNotSigned, ...types(7) },
      empJobQueue: { ...timeSigned, ...types(12) },
      'Standard Webhooks v1': { ...timeSigned, ...types(2) },
      'Standard Webhooks v1a': { ...timeSigned, ...types(2) },
      Stripe: { ...timeSigned, ...types(2) },
      GitHub: { ...timeNotSigned, ...types(3) },
    });
    expect(stdout).toMatch(
      /^9 systems on Express, Fastify, Hono, Next\.js: 308 cases held, 0 differed, 16 not signed; 968 requests over HTTP in \d+\.\d s$/m,
    );
    expect(stdout).not.toContain('\u001b');
  });

  test('sends every event to all frameworks and through every failure, and reads the record', () => {
    expect(tableOf(whole.stdout, 'sent by')).toStrictEqual({
      deliveryFlow: sent(8),
      dcisionai: sent(16),
      aiPlatform: sent(23),
      ragEngine: sent(7),
      empJobQueue: sent(12),
      'Standard Webhooks v1': sent(2),
    });
    expect(whole.stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^6 senders to Express, Fastify, Hono, Next\.js and 7 troubled endpoints each: 314 deliveries in 392 attempts, 0 records differed; in \d+\.\d s$/,
    );
    expect(whole.stdout).toMatch(/^› \d+ delivered, \d+ failed, \d+ retries, of \d+$/m);
  });

  test('names every event type of the five catalogs, as its typed handler received it', () => {
    const { stdout } = whole;

    const catalogs = [
      deliveryFlowEvents,
      dcisionaiEvents,
      aiPlatformEvents,
      ragEngineEvents,
      empJobQueueEvents,
    ];
    const received = stdout.match(/(?<=^› )[^ :]+(?=: )/gm);
    for (const type of catalogs.flatMap((catalog) => Object.keys(catalog))) expect(received).toContain(type);
    expect(stdout).not.toContain('undefined');
  });

  test('exits with 1 and says what was expected and seen where a receiver forgets replays', async () => {
    const { exitCode, stdout } = await run(
      '--input-type=module',
      '--eval',
      `import { demo } from './examples/demo/demo.ts';
       import { expressHost } from './examples/demo/hosts/express.ts';
       import { honoHost } from './examples/demo/hosts/hono.ts';
       import { systems } from './examples/demo/systems.ts';
       const forgetful = systems.slice(0, 2).map((system) => ({
         ...system,
         receiver: (wiring) => system.receiver({ ...wiring, replay: false }),
       }));
        process.exitCode = (await demo(forgetful, [expressHost, honoHost])) ? 0 : 1;`,
    );

    expect(exitCode).toBe(1);
    for (const [system, type] of [
      ['deliveryFlow', 'prediction.success'],
      ['dcisionai', 'model.trained'],
    ]) {
      expect(tableOf(stdout)[system ?? '']).toStrictEqual({
        ...timeSigned,
        ...types(system === 'deliveryFlow' ? 8 : 16),
        'replay of a capture': 'DIFFERS on Express, Hono',
        'five copies at once': 'DIFFERS on Express, Hono',
      });
      expect(stdout).toContain(
        `${system} on Hono, replay of a capture:\n  ${type}: answers[1].body.status: expected "duplicate", saw "processed"\n`,
      );
      expect(stdout).toContain(`  ${type}: answers[1].outcome: expected "duplicate", saw "processed"\n`);
      expect(stdout).toContain(`  ${type}: handled[1]: expected nothing, saw {"type":"${type}",`);
    }
    expect(stdout.trimEnd().split('\n').at(-1)).toMatch(
      /^2 systems on Express, Hono: 28 cases held, 8 differed, 0 not signed; /,
    );
  });
});

describe('differences', () => {
  test.each([
    ['equal values', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['a status', { status: 401 }, { status: 200 }, ['status: expected 401, saw 200']],
    [
      'several places, each by its path',
      { answers: [{ body: { status: 'duplicate' } }], handled: [] },
      { answers: [{ body: { status: 'processed' } }], handled: [{ type: 'a.b' }] },
      [
        'answers[0].body.status: expected "duplicate", saw "processed"',
        'handled[0]: expected nothing, saw {"type":"a.b"}',
      ],
    ],
    ['what is missing', { handled: [1] }, { handled: [] }, ['handled[0]: expected 1, saw nothing']],
    ['a member too many', {}, { extra: true }, ['extra: expected nothing, saw true']],
    ['kinds that look alike', { a: [] }, { a: {} }, ['a: expected [], saw {}']],
    ['a number and its text', { a: 1 }, { a: '1' }, ['a: expected 1, saw "1"']],
    ['null and an object', { a: null }, { a: {} }, ['a: expected null, saw {}']],
  ])('reports %s', (_name, expected, seen, lines) => {
    expect(differences(expected, seen)).toStrictEqual(lines);
  });
});
