/** A producer that sends and works until it is killed: every id that it prints was acknowledged. */
import { writeSync } from 'node:fs';
import { createSender } from '@countersign/sender';
import { sqliteStore } from '@countersign/sender/sqlite';
import { senderOptions } from './sender-options.js';

const EVENTS = 60;
const PRODUCERS = 4;
const [path = '', round = ''] = process.argv.slice(2);

const sender = createSender({ store: sqliteStore({ path }), ...senderOptions });
await sender.start();
let count = 0;
await Promise.all(
  Array.from({ length: PRODUCERS }, async () => {
    while (count < EVENTS) {
      count += 1;
      const id = `r${round}_${count}`;
      await sender.send({ id, type: 'crash.test', data: { id } });
      writeSync(1, `${id}\n`);
    }
  }),
);
