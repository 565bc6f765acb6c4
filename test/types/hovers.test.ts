import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const file = join(here, 'hovered.ts');
const source = `
import { createReceiver, unvalidated, type EventOf } from '@countersign/core';
import { z } from 'zod';
export const receiver = createReceiver({
  secrets: () => process.env['WEBHOOK_SECRET'],
  events: {
    'job.completed': z.object({ job_id: z.string(), at: z.coerce.date(), tags: z.array(z.string()).default([]) }),
    'job.failed': unvalidated<{ error: string }>(),
  },
});
receiver.on('job.completed', (finished) => { const payload = finished.data; return payload; });
receiver.on('job.*', (either) => either.type);
export type Failed = EventOf<typeof receiver, 'job.failed'>;
`;

/** What an editor shows for a name. */
const hovers = new Map<string, string>();

beforeAll(() => {
  const configFile = join(here, '../../tsconfig.json');
  const { config } = ts.readConfigFile(configFile, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(configFile));
  const host: ts.LanguageServiceHost = {
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    getCompilationSettings: () => ({ ...options, noEmit: true }),
    getScriptFileNames: () => [file],
    getScriptVersion: () => '1',
    getScriptSnapshot: (name) => {
      const text = name === file ? source : ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    getCurrentDirectory: () => here,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  };
  const service = ts.createLanguageService(host);
  const problems = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
  expect(problems.map(({ messageText }) => messageText)).toEqual([]);
  for (const name of ['receiver', 'finished', 'payload', 'either', 'Failed']) {
    const info = service.getQuickInfoAtPosition(file, source.search(new RegExp(`\\b${name}\\b`)));
    hovers.set(name, ts.displayPartsToString(info?.displayParts ?? []));
  }
}, 60_000);

describe("what an editor shows is one line of the user's own types, without those of a schema library", () => {
  test('the receiver', () => {
    const hover = hovers.get('receiver') ?? '';
    expect(hover.replace(/\s+/g, ' ')).toBe(
      "const receiver: Receiver<{ 'job.completed': { job_id: string; at: Date; tags: string[]; }; 'job.failed': { error: string; }; }>",
    );
  });

  test('an event and its payload', () => {
    expect(hovers.get('finished')?.replace(/\s+/g, ' ')).toBe(
      '(parameter) finished: WebhookEvent<"job.completed", { job_id: string; at: Date; tags: string[]; }>',
    );
    expect(hovers.get('payload')?.replace(/\s+/g, ' ')).toBe(
      'const payload: { job_id: string; at: Date; tags: string[]; }',
    );
  });

  test('the events of a pattern', () => {
    expect(hovers.get('either')?.replace(/\s+/g, ' ')).toBe(
      '(parameter) either: WebhookEvent<"job.completed", { job_id: string; at: Date; tags: string[]; }> | WebhookEvent<"job.failed", { error: string; }>',
    );
  });

  test('nothing of zod, of Standard Schema, or of `any`', () => {
    expect(hovers.size).toBe(5);
    for (const hover of hovers.values()) expect(hover).not.toMatch(/Zod|\$strip|StandardSchema|\bany\b/);
  });
});
