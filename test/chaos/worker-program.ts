/** A process that works endpoints over PostgreSQL, and prints what its reports and notices come to. */
import { writeSync } from 'node:fs';
import { postgresStore } from '@countersign/postgres';
import { createSender, type DeliveryStore } from '@countersign/sender';
import { Pool } from 'pg';
import { stoppedOptions } from './stopped-options.js';

const { url, schema } = JSON.parse(process.argv[2] ?? '');
const pool = new Pool({ connectionString: url, max: 4 });
pool.on('error', () => {});

function telling(store: DeliveryStore<never>): DeliveryStore<never> {
  return {
    ...store,
    work: {
      ...store.work,
      async settle(lane, report) {
        const isHeld = await store.work.settle(lane, report);
        writeSync(1, `settled ${isHeld}\n`);
        return isHeld;
      },
    },
  };
}

const sender = createSender({
  ...stoppedOptions,
  store: telling(postgresStore({ client: pool, schema })),
  onEvent(outcome) {
    if (outcome.kind === 'notice') writeSync(1, `${outcome.code}\n`);
  },
});
await sender.start();
