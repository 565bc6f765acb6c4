import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { onTestFinished } from 'vitest';
import { findProgram, freePort, OwnServer, serverFolder, userUnlessRoot } from './own-server.js';

/** A PostgreSQL server of one test: nobody else is on it, so it may be ended. */
export interface OwnPostgres {
  /** The database `postgres`, at the same address after each start. */
  readonly url: string;
  /** `fast`: as a restart for an upgrade. `immediate`: as a crash; what was committed is recovered at the start. */
  restart(mode: 'fast' | 'immediate'): Promise<void>;
}

const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
const DEBIAN = '/usr/lib/postgresql';

/** The newest that is installed, or the one on the path. */
const folders = existsSync(DEBIAN)
  ? readdirSync(DEBIAN)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(DEBIAN, version, 'bin'))
  : [];

/** What a test needs that owns a server; `undefined` for what is not installed. */
export const postgresPrograms = {
  initdb: findProgram('initdb', folders),
  postgres: findProgram('postgres', folders),
};

/** Starts one on a free port and with a folder of its own; it ends with the test, whatever becomes of it. */
export async function ownPostgres(): Promise<OwnPostgres> {
  const { initdb, postgres } = postgresPrograms;
  if (initdb === undefined || postgres === undefined)
    throw new Error('the programs of PostgreSQL are not installed');
  const user = userUnlessRoot('postgres');
  const folder = serverFolder('postgres', user);
  const data = join(folder, 'data');
  const args = ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-locale', '-N'];
  execFileSync(initdb, args, { ...user, cwd: folder, stdio: 'pipe' });
  const port = await freePort();
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const server = new OwnServer({ program: postgres, args: argsOf(data, folder, port), user }, () =>
    answers(url),
  );
  onTestFinished(() => server.end(SIGNALS.immediate));
  await server.start();
  return {
    url,
    async restart(mode) {
      await server.end(SIGNALS[mode]);
      await server.start();
    },
  };
}

function argsOf(data: string, folder: string, port: number): readonly string[] {
  const settings = ['fsync=on', 'max_connections=100', 'shared_buffers=32MB', 'log_min_messages=fatal'];
  return [
    ...['-D', data, '-k', folder, '-h', '127.0.0.1', '-p', String(port)],
    ...settings.flatMap((setting) => ['-c', setting]),
  ];
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
