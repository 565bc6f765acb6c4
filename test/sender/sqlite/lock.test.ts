import { sqliteStore } from '@countersign/sender/sqlite';
import { expect, test } from 'vitest';
import { startProgram } from './child-program.js';
import { addEndpoint, expectRefused, newPath, openStore } from './open-stores.js';

test('a second process is refused, and told which process has the file', async () => {
  const path = newPath();
  const holder = await startProgram('holder.ts', [path]);
  await holder.printed(1);
  const pid = process.platform === 'linux' ? new RegExp(`process ${holder.pid} `) : /another process/;
  await expectRefused(sqliteStore({ path }).open(), 'store_locked', path, pid);
});

test('a file is free once the process that had it is gone', async () => {
  const path = newPath();
  const holder = await startProgram('holder.ts', [path]);
  await holder.printed(1);
  await holder.kill();
  await addEndpoint(await openStore(path));
});

test('a second store in the same process is refused, and the first goes on', async () => {
  const path = newPath();
  const first = await openStore(path);
  const second = sqliteStore({ path });
  await expectRefused(second.open(), 'store_locked', path, /in this process/);
  await addEndpoint(first);
  await expectRefused(second.open(), 'store_locked', path, /in this process/);
  await first.close();
  await second.open();
  expect(await second.records.totals()).toMatchObject({ endpoints: 1 });
  await second.close();
});

test('a refused second store does not let a second process in', async () => {
  const path = newPath();
  await openStore(path);
  await expectRefused(sqliteStore({ path }).open(), 'store_locked', path);
  const other = await startProgram('holder.ts', [path]);
  await expect(other.ended()).rejects.toThrow(/store_locked/);
});
