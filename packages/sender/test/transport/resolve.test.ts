import { createSocket } from 'node:dgram';
import { promises } from 'node:dns';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemResolve } from '../../src/transport/resolve.js';

const { signal } = new AbortController();

const fails = (code: string) => async (): Promise<never> => {
  throw Object.assign(new Error(code), { code });
};

const cancel = (): void => {};

const noLookup = async (): Promise<never> => {
  throw new Error('the system was asked');
};

describe('localhost is this machine, whatever a name server says', () => {
  test.each(['localhost', 'LOCALHOST', 'localhost.', 'api.localhost', 'a.b.localhost.'])(
    '%s',
    async (name) => {
      const servers = { resolve4: async () => ['192.0.2.1'], resolve6: async () => [], cancel };
      expect(await systemResolve(servers, noLookup)(name, signal)).toEqual(['127.0.0.1', '::1']);
    },
  );

  test.each(['localhost.example.com', 'notlocalhost', 'localhost.localdomain'])(
    '%s is another name',
    async (name) => {
      const servers = { resolve4: async () => ['192.0.2.1'], resolve6: fails('ENODATA'), cancel };
      expect(await systemResolve(servers, noLookup)(name, signal)).toEqual(['192.0.2.1']);
    },
  );
});

test('both families are asked at once, and IPv4 comes first', async () => {
  let both = 0;
  const answers = async (addresses: readonly string[]): Promise<readonly string[]> => {
    both += 1;
    await expect.poll(() => both).toBe(2);
    return addresses;
  };
  const servers = {
    resolve4: () => answers(['192.0.2.1', '192.0.2.2']),
    resolve6: () => answers(['2001:db8::1']),
    cancel,
  };
  const addresses = await systemResolve(servers, noLookup)('both.test', signal);
  expect(addresses).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::1']);
});

test.each([
  ['ENODATA', 'ENODATA'],
  ['ENOTFOUND', 'ENOTFOUND'],
  ['ECONNREFUSED', 'ECONNREFUSED'],
  ['ENODATA', 'ENOTFOUND'],
])('the system is asked where the name servers know nothing: %s, %s', async (code4, code6) => {
  const servers = { resolve4: fails(code4), resolve6: fails(code6), cancel };
  expect(await systemResolve(servers, async () => ['10.0.0.1'])('intranet', signal)).toEqual(['10.0.0.1']);
});

test.each([
  ['ESERVFAIL', 'ENODATA'],
  ['ENODATA', 'ETIMEOUT'],
  ['EREFUSED', 'EREFUSED'],
])('and not where they could not tell: %s, %s', async (code4, code6) => {
  const servers = { resolve4: fails(code4), resolve6: fails(code6), cancel };
  await expect(systemResolve(servers, noLookup)('broken.test', signal)).rejects.toMatchObject({
    code: [code4, code6].find((code) => code !== 'ENODATA'),
  });
});

test('one family that fails does not keep the other one back', async () => {
  const servers = { resolve4: fails('ESERVFAIL'), resolve6: async () => ['2001:db8::1'], cancel };
  expect(await systemResolve(servers, noLookup)('six.test', signal)).toEqual(['2001:db8::1']);
});

test('what nobody waits for any more is ended when nobody waits for anything', async () => {
  const rejects: ((error: Error) => void)[] = [];
  const hanging = () => new Promise<never>((_resolve, reject) => rejects.push(reject));
  let cancelled = 0;
  const servers = {
    resolve4: hanging,
    resolve6: hanging,
    cancel: () => {
      cancelled += 1;
      for (const reject of rejects) reject(Object.assign(new Error('cancelled'), { code: 'ECANCELLED' }));
    },
  };
  const resolve = systemResolve(servers, noLookup);
  const [first, second] = [new AbortController(), new AbortController()];
  const both = Promise.allSettled([resolve('a.test', first.signal), resolve('b.test', second.signal)]);
  first.abort();
  expect(cancelled).toBe(0);
  second.abort();
  expect(cancelled).toBe(1);
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

/** A name server on loopback that knows `fast.test` and leaves every other name without an answer. */
async function nameServer(): Promise<{ readonly address: string; readonly asked: string[] }> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, { port, address }) => {
    const name = nameIn(query);
    asked.push(name);
    if (name !== 'fast.test') return;
    const isA = query.readUInt16BE(questionEnd(query) - 4) === 1;
    socket.send(answerTo(query, isA), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { address: `127.0.0.1:${socket.address().port}`, asked };
}

function nameIn(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; query.readUInt8(at) > 0; at += query.readUInt8(at) + 1) {
    labels.push(query.toString('latin1', at + 1, at + 1 + query.readUInt8(at)));
  }
  return labels.join('.').toLowerCase();
}

const questionEnd = (query: Buffer): number => query.indexOf(0, 12) + 5;

function answerTo(query: Buffer, isA: boolean): Buffer {
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(isA ? 1 : 0, 6);
  header.writeUInt16BE(0, 10);
  const question = query.subarray(12, questionEnd(query));
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]);
  return Buffer.concat([header, question, isA ? record : Buffer.alloc(0)]);
}

test('names that take long do not hold up others', async () => {
  const { address, asked } = await nameServer();
  const resolver = new promises.Resolver({ timeout: 60_000, tries: 1 });
  resolver.setServers([address]);
  const resolve = systemResolve(resolver, noLookup);
  const slow = Array.from({ length: 50 }, (_, at) => resolve(`slow-${at}.test`, signal).catch(() => {}));
  await expect.poll(() => asked.length).toBe(100);
  expect(await resolve('fast.test', signal)).toEqual(['192.0.2.7']);
  resolver.cancel();
  await Promise.all(slow);
});
