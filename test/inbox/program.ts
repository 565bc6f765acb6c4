/**
 * A process that receives, runs an inbox, or both, as `RUNS` says, from a schema or a file. Prints its port, each start of a handler and each
 * outcome. A handler whose event says `hang` goes on when its process gets SIGUSR2.
 */
import { createServer } from 'node:http';
import { createReceiver } from '@countersign/core';
import { runInbox } from '@countersign/core/inbox';
import { nodeListener } from '@countersign/core/node';
import { sqliteInbox } from '@countersign/core/sqlite';
import { postgresInbox } from '@countersign/postgres';
import { Pool } from 'pg';

const { DATABASE_URL: connectionString, PLACE = '', WEBHOOK_SECRET: secret, RUNS = '' } = process.env;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

let goOn = (): void => {};
const told = new Promise<void>((resolve) => {
  goOn = resolve;
});
process.on('SIGUSR2', () => goOn());

const receiver = createReceiver({
  secrets: secret ?? '',
  ack: 'before',
  inbox: PLACE.endsWith('.db')
    ? sqliteInbox({ path: PLACE })
    : postgresInbox({ client: new Pool({ connectionString }), schema: PLACE }),
  leaseMs: 2000,
  onOutcome: (outcome) => print(`outcome ${outcome.kind} ${outcome.code}`),
}).on('job.*', async (event) => {
  print(`began ${event.id}`);
  if (event.type === 'job.hangs') await told;
});

if (RUNS.includes('server')) {
  const server = createServer(nodeListener(receiver)).listen(0, '127.0.0.1', () => {
    const address = server.address();
    print(`port ${typeof address === 'object' ? address?.port : address}`);
  });
}
if (RUNS.includes('inbox')) {
  await runInbox(receiver, { pollMs: 50 });
  print('running');
}
