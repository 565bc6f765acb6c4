import { writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

// What a store does, by hand, with another `synchronous`: inserts rows, and prints each that was committed.
const [path = '', synchronous = ''] = process.argv.slice(2);
const database = new DatabaseSync(path);
database.exec(
  `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; CREATE TABLE t (id TEXT, data TEXT)`,
);
const insert = database.prepare('INSERT INTO t VALUES (?, ?)');
for (let made = 0; ; made += 1) {
  insert.run(`row_${made}`, 'x'.repeat(1000));
  writeSync(1, `row_${made}\n`);
}
