import { closeSync, fchmodSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { mustBe } from '../errors/describe.js';
import { ConfigurationError } from '../errors/webhook-error.js';
import { transaction } from './transaction.js';

/** Tables that belong together. Several areas may share a file. */
export interface SchemaArea {
  readonly name: 'replay' | 'inbox';
  /** The way to them from nothing. A step that was published is never changed. */
  readonly steps: readonly string[];
}

const OWNER_ONLY = 0o600;
/** Of files of this package: `CSrv`. */
const APPLICATION_ID = 0x43_53_72_76;
/** How long a call waits for another process's transaction. It blocks this one, and those are short. */
const BUSY_TIMEOUT_MS = 1000;
const FULL = 2;

/** The path of a file; what SQLite keeps in memory, or deletes when it is closed, is refused. */
export function checkedPath(path: unknown): string {
  const isFile =
    typeof path === 'string' && path !== '' && !/^(:memory:|file:)/.test(path) && !path.includes('\0');
  if (isFile) return path;
  throw mustBe('path', 'the path of a file (`:memory:` forgets)', path);
}

/**
 * Opens a file, made for its owner alone where there is none, with today's tables of an area. What is committed there
 * survives a loss of power. Other processes of the same machine may have it open too.
 */
export function openDatabase(path: string, area: SchemaArea): DatabaseSync {
  create(path);
  const database = new DatabaseSync(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    checkOrigin(database, path);
    database.exec(SETTINGS);
    if (pragma(database, 'journal_mode') !== 'wal' || pragma(database, 'synchronous') !== FULL) {
      throw refused(path, 'cannot be written durably');
    }
    transaction(database, () => migrate(database, path, area));
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

// macOS alone heeds the first two: there a sync does not reach the disk otherwise.
const SETTINGS = `
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA secure_delete = ON; -- bodies that are done are overwritten
  PRAGMA journal_size_limit = 67108864;
`;

/** Whatever the umask says. SQLite gives companions the rights of the database. */
function create(path: string): void {
  try {
    const file = openSync(path, 'wx', OWNER_ONLY);
    try {
      fchmodSync(file, OWNER_ONLY);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw refused(path, 'cannot be made', error);
  }
}

function checkOrigin(database: DatabaseSync, path: string): void {
  const id = applicationId(database, path);
  if (id === APPLICATION_ID) return;
  const isEmpty = database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (id !== 0 || !isEmpty) throw refused(path, 'is of another program');
}

function applicationId(database: DatabaseSync, path: string): unknown {
  try {
    return pragma(database, 'application_id');
  } catch (error) {
    const isDatabase = !(error instanceof Error && /not a database/.test(error.message));
    throw isDatabase ? error : refused(path, 'is no SQLite database', error);
  }
}

function migrate(database: DatabaseSync, path: string, { name, steps }: SchemaArea): void {
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
  database.exec(
    'CREATE TABLE IF NOT EXISTS schema_versions (area TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT',
  );
  const row = database.prepare('SELECT version FROM schema_versions WHERE area = ?').get(name);
  const version = typeof row?.['version'] === 'number' ? row['version'] : 0;
  if (version > steps.length) throw refused(path, 'was written by a newer version of this package');
  for (const step of steps.slice(version)) database.exec(step);
  database
    .prepare(
      'INSERT INTO schema_versions (area, version) VALUES (?1, ?2) ON CONFLICT (area) DO UPDATE SET version = ?2',
    )
    .run(name, steps.length);
}

function pragma(database: DatabaseSync, name: 'application_id' | 'journal_mode' | 'synchronous'): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function refused(path: string, problem: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError('invalid_option', `\`path\`: ${path} ${problem}`, { cause });
}
