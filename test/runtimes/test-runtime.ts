import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapterContract } from '@countersign/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundle } from './bundle.js';
import type { ContractRuntime } from './contract/runtimes.js';
import { binary, type Executed, execute } from './execute.js';
import type { Report } from './report.js';
import { cryptoVectors } from './vectors/crypto.js';
import { standardWebhooksVectors } from './vectors/standard-webhooks.js';

/** A program that ran on a runtime, with what it printed. */
interface Ran extends Executed {
  readonly bundle: Bundle;
  readonly reports: ReadonlyMap<string, Report>;
}

/** A folder until the tests are over. */
export function temporaryFolder(): () => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-runtimes-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  return () => folder;
}

async function run(name: 'bun' | 'deno', entry: string, folder: string): Promise<Ran> {
  const bundled = await bundle(entry, name, folder);
  const flags = name === 'deno' ? ['run', '--allow-all', '--no-config'] : ['run'];
  const executed = await execute(binary(name), [...flags, bundled.path], folder);
  const lines = executed.output.split('\n').filter((line) => line.startsWith('{'));
  const reports = lines.map((line): Report => JSON.parse(line));
  return {
    ...executed,
    bundle: bundled,
    reports: new Map(reports.map((report) => [`${report.suite}: ${report.name}`, report])),
  };
}

/** Runs the adapter contract and the vectors on a runtime; each check that it prints is a test. */
export function testRuntime(name: 'bun' | 'deno', { adapter, cannot }: ContractRuntime): void {
  const folder = temporaryFolder();

  const suite = (
    entry: string,
    names: Readonly<Record<string, readonly string[]>>,
    crypto: readonly string[],
  ): void => {
    let ran: Ran;
    beforeAll(async () => {
      ran = await run(name, entry, folder());
    }, 60_000);
    for (const [group, checks] of Object.entries(names)) {
      describe(group, () => {
        test.each(checks.map((check) => [check]))('%s', (check) => {
          const report = ran.reports.get(`${group}: ${check}`);
          expect(report, `not reported; ${ran.errors}`).toBeDefined();
          expect(report?.failure).toBeUndefined();
        });
      });
    }
    test('that is all of it, and the process says so', () => {
      expect(ran.reports.size).toBe(Object.values(names).flat().length);
      expect(ran.exitCode, ran.errors).toBe(0);
    });
    test(`the bundle has ${crypto.join(' and ')} for #crypto`, () => {
      expect(ran.bundle.crypto).toEqual(crypto);
    });
  };

  describe(adapter, () => {
    const titles = (mode: 'handler' | 'guard') => {
      const serve = () => Promise.reject(new Error('only listed here'));
      return adapterContract({ adapter, mode, cannot, serve }).map(({ title }) => title);
    };
    suite(`./contract/${name}.ts`, { handler: titles('handler'), guard: titles('guard') }, ['node']);
  });

  describe(`vectors on ${name}`, () => {
    const vectors = cryptoVectors.map((vector) => vector.name);
    const own = standardWebhooksVectors.map((vector) => vector.name);
    suite('./vectors/main.ts', { 'node:crypto': vectors, WebCrypto: vectors, '#crypto': own }, [
      'node',
      'web',
    ]);
  });
}
