import { createServer, type Server } from 'node:net';
import { httpTransport } from '@countersign/sender';
import { describe, expect, onTestFinished, test } from 'vitest';
import { refusal, stage } from './harness.js';

/** A port of this machine, and how many connections came to it. */
async function listening(): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { port: address.port, connections: () => connections };
}

const strict = { allowPrivateNetworks: false, retry: { delaysMs: [0, 1000] } } as const;

describe('an endpoint at an address that is not on the public Internet is refused', () => {
  const hosts = [
    '127.0.0.1',
    '127.1',
    '0x7f000001',
    '0x7f.1',
    '2130706433',
    '017700000001',
    '127.0.0.1.',
    '１２７.０.０.１',
    '0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
    '[fd00::1]',
    '[fe80::1]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '[fd00:ec2::254]',
    '224.0.0.1',
    '255.255.255.255',
    'localhost',
    'app.localhost',
    'printer.local',
    'metadata.google.internal',
    'intranet',
  ];
  for (const host of hosts) {
    test(host, async () => {
      const on = await stage({ ...strict, isStarted: false });
      const url = `https://${host}/hook`;
      const field = { code: 'invalid_input', field: 'url' };
      expect(await refusal(() => on.sender.endpoints.create({ url }))).toEqual(field);
      const { id } = await on.sender.endpoints.create({ url: 'https://receiver.example/' });
      expect(await refusal(() => on.sender.endpoints.update(id, { url }))).toEqual(field);
      expect((await on.sender.endpoints.get(id)).url).toBe('https://receiver.example/');
    });
  }

  test('and metadata services whatever is allowed', async () => {
    for (const allowPrivateNetworks of [true, ['0.0.0.0/0', '::/0']]) {
      const on = await stage({ allowPrivateNetworks, isStarted: false });
      for (const host of ['169.254.169.254', '[fd00:ec2::254]', '100.100.100.200', '[fe80::1]', '0.0.0.0']) {
        expect(
          await refusal(() => on.sender.endpoints.create({ url: `https://${host}/` })),
          host,
        ).toMatchObject({
          field: 'url',
        });
      }
    }
  });

  test('so are other schemes, credentials, fragments and ports that are not allowed', async () => {
    const on = await stage({
      isStarted: false,
      allowHttp: false,
      allowedPorts: [443, { from: 8000, to: 8010 }],
    });
    for (const url of [
      'http://receiver.example/',
      'ftp://receiver.example/',
      'file:///etc/passwd',
      'https://user:pass@receiver.example/',
      'https://receiver.example/#a',
      'https://receiver.example:80/',
      'https://receiver.example:8011/',
      '/hook',
      '',
    ]) {
      expect(await refusal(() => on.sender.endpoints.create({ url })), url).toEqual({
        code: 'invalid_input',
        field: 'url',
      });
    }
    await on.sender.endpoints.create({ url: 'https://receiver.example:8010/hook?a=b' });
  });
});

test('a stored endpoint whose address the policy no longer allows fails at once, without a connection', async () => {
  const { port, connections } = await listening();
  const before = await stage({ isStarted: false });
  const { id } = await before.sender.endpoints.create({ url: `http://127.0.0.1:${port}/` });
  const on = await stage({ beside: before, ...strict });
  await on.send();
  const [delivery] = await on.untilStatuses(id, 'failed');
  expect(delivery).toMatchObject({ attemptCount: 1, lastStatus: undefined });
  expect(delivery?.lastError).toContain('allowPrivateNetworks');
  expect(await on.sender.endpoints.test(id)).toMatchObject({ isDelivered: false, status: undefined });
  expect(on.started).toEqual([]);
  expect(connections()).toBe(0);
});

describe('a name whose addresses are not allowed', () => {
  test('is retried, as if it did not resolve, and nothing is connected to', async () => {
    const { port, connections } = await listening();
    for (const addresses of [['127.0.0.1'], ['::ffff:127.0.0.1', '10.0.0.1'], ['169.254.169.254']]) {
      const on = await stage({ ...strict, transport: httpTransport({ resolve: async () => addresses }) });
      const { id } = await on.sender.endpoints.create({ url: `http://rebound.example:${port}/` });
      await on.send();
      await on.untilAttempts(id, 1);
      const [attempt] = on.attempts();
      expect(attempt).toMatchObject({ outcome: 'retry', status: undefined, nextInMs: 1000 });
      expect(attempt?.error).toBe('blocked_address: no allowed address belongs to `rebound.example`');
      for (const address of addresses) expect(JSON.stringify(on.outcomes)).not.toContain(address);
    }
    expect(connections()).toBe(0);
  });

  test('is delivered to once it has one that is', async () => {
    const answers = [['10.0.0.1'], ['10.0.0.1', '127.0.0.1']];
    const on = await stage({
      retry: { delaysMs: [0, 1000] },
      allowPrivateNetworks: ['127.0.0.0/8'],
      transport: httpTransport({ resolve: async () => answers.shift() ?? [] }),
    });
    const { port } = new URL(on.sink.url('/'));
    const { id } = await on.sender.endpoints.create({ url: `http://rebound.example:${port}/a` });
    await on.send();
    await on.untilAttempts(id, 1);
    await on.quiet();
    await on.clock.advance(1000);
    await on.untilStatuses(id, 'delivered');
    expect(on.sink.at('/a')[0]?.headers['host']).toBe(`rebound.example:${port}`);
  });
});
