import { SenderError } from '@countersign/sender';
import { expect, test } from 'vitest';
import { storeError } from '../../../packages/sender/src/sqlite/store-errors.js';

const sqlite = (errcode: number): Error => Object.assign(new Error('as SQLite says'), { errcode });
const system = (code: string): Error => Object.assign(new Error('as the system says'), { code });

test.each([
  ['SQLITE_BUSY', sqlite(5), 'store_locked'],
  ['SQLITE_CORRUPT', sqlite(11), 'store_corrupt'],
  ['SQLITE_CORRUPT_INDEX', sqlite(11 | (3 << 8)), 'store_corrupt'],
  ['SQLITE_NOTADB', sqlite(26), 'store_corrupt'],
  ['SQLITE_FULL', sqlite(13), 'store_full'],
  ['ENOSPC', system('ENOSPC'), 'store_full'],
  ['EDQUOT', system('EDQUOT'), 'store_full'],
  ['SQLITE_IOERR_WRITE', sqlite(10 | (3 << 8)), 'store_unavailable'],
  ['SQLITE_IOERR_FSYNC', sqlite(10 | (4 << 8)), 'store_unavailable'],
  ['SQLITE_READONLY', sqlite(8), 'store_unavailable'],
  ['SQLITE_CANTOPEN', sqlite(14), 'store_unavailable'],
  ['SQLITE_CONSTRAINT_UNIQUE', sqlite(19 | (8 << 8)), 'store_unavailable'],
  ['EACCES', system('EACCES'), 'store_unavailable'],
  ['a mistake', new TypeError('a mistake'), 'store_unavailable'],
  ['no error at all', undefined, 'store_unavailable'],
])('%s is told as what can be done about it, with the file', (_name, thrown, code) => {
  const error = storeError(thrown, '/var/lib/webhooks.db');
  expect(error).toBeInstanceOf(SenderError);
  expect(error.code).toBe(code);
  expect(error.message).toContain('/var/lib/webhooks.db');
  expect(error.cause).toBe(thrown);
});

test('what is told already is not told again', () => {
  const error = new SenderError('invalid_cursor', 'not a cursor of endpoints');
  expect(storeError(error, '/var/lib/webhooks.db')).toBe(error);
});
