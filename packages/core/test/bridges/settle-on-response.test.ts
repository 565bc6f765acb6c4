import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { settleOnResponse } from '../../src/bridges/node.js';
import { client, listen } from './sockets.js';

type Application = (response: ServerResponse, request: IncomingMessage) => unknown;

/** A server whose application answers under `settleOnResponse`; settling waits for the test where it must. */
async function serving(
  application: Application,
  settle: () => Promise<void> = async () => {},
  before: (response: ServerResponse) => void = () => {},
) {
  const statuses: number[] = [];
  const { port } = await listen((request, response) => {
    before(response);
    settleOnResponse(response, (status) => {
      statuses.push(status);
      return settle();
    });
    application(response, request);
  });
  const get = async (): Promise<{
    readonly status: number;
    readonly text: string;
    readonly response: IncomingMessage;
  }> => {
    const [response] = await once(httpRequest({ port, host: '127.0.0.1' }).end(), 'response');
    let text = '';
    for await (const piece of response) text += piece;
    return { status: response.statusCode, text, response };
  };
  return { statuses, get, port };
}

describe('every way to answer settles once, with the status that goes out', () => {
  test.each<[string, Application, number, string]>([
    ['end', (res) => res.end(), 200, ''],
    ['end with a text', (res) => res.end('ab'), 200, 'ab'],
    ['end with an encoding', (res) => res.end('6162', 'hex'), 200, 'ab'],
    ['end with bytes', (res) => res.end(Buffer.from('ab')), 200, 'ab'],
    [
      'statusCode, end',
      (res) => {
        res.statusCode = 201;
        res.end('ab');
      },
      201,
      'ab',
    ],
    ['writeHead, end', (res) => res.writeHead(202).end('ab'), 202, 'ab'],
    [
      'writeHead with reason and headers',
      (res) => res.writeHead(203, 'Well', { 'x-a': 'b' }).end('ab'),
      203,
      'ab',
    ],
    ['writeHead with a list of headers', (res) => res.writeHead(206, ['x-a', 'b']).end('ab'), 206, 'ab'],
    [
      'write, end',
      (res) => {
        res.statusCode = 201;
        res.write('a');
        res.end('b');
      },
      201,
      'ab',
    ],
    ['write with an encoding and a callback', (res) => res.write('61', 'hex', () => res.end('b')), 200, 'ab'],
    [
      'flushHeaders, end',
      (res) => {
        res.statusCode = 500;
        res.flushHeaders();
        res.end('ab');
      },
      500,
      'ab',
    ],
    ['a status without a body', (res) => res.writeHead(204).end(), 204, ''],
    ['a redirection', (res) => res.writeHead(302, { location: '/' }).end(), 302, ''],
    [
      'a failure',
      (res) => {
        res.statusCode = 503;
        res.end('down');
      },
      503,
      'down',
    ],
    ['a stream', (res) => Readable.from(['a', 'b']).pipe(res), 200, 'ab'],
    [
      'later',
      (res) =>
        setImmediate(() => {
          res.statusCode = 404;
          res.end('ab');
        }),
      404,
      'ab',
    ],
    [
      'early hints first',
      (res) => {
        res.writeEarlyHints({ link: '</a>; rel=preload' });
        res.statusCode = 201;
        res.end('ab');
      },
      201,
      'ab',
    ],
    [
      'end twice',
      (res) => {
        res.on('error', () => {});
        res.end('ab');
        res.end();
      },
      200,
      'ab',
    ],
  ])('%s', async (_name, application, status, text) => {
    const { get, statuses } = await serving(application);
    expect(await get()).toMatchObject({ status, text });
    expect(statuses).toEqual([status]);
  });

  test('callbacks of `end` are called, in each form', async () => {
    const called: string[] = [];
    const forms: Application[] = [
      (res) => res.end(() => called.push('alone')),
      (res) => res.end('a', () => called.push('with a text')),
      (res) => res.end('61', 'hex', () => called.push('with an encoding')),
    ];
    for (const form of forms) await (await serving(form)).get();
    await vi.waitFor(() => expect(called).toEqual(['alone', 'with a text', 'with an encoding']));
  });

  test('`end` gives the response back, and events follow as ever', async () => {
    const seen: unknown[] = [];
    const { get } = await serving((res) => {
      res.on('finish', () => seen.push('finish'));
      seen.push(res.end('ab') === res);
    });
    await get();
    await vi.waitFor(() => expect(seen).toEqual([true, 'finish']));
  });

  test('an answer in one piece keeps its length', async () => {
    const { get } = await serving((res) => res.end('ab'));
    const { response } = await get();
    expect(response.headers['content-length']).toBe('2');
  });
});

describe('the status is final once it is handed over', () => {
  test('a status that is set after `end` neither settles nor goes out', async () => {
    const { get, statuses } = await serving((res) => {
      res.end('ab');
      res.statusCode = 500;
    });
    expect(await get()).toMatchObject({ status: 200, text: 'ab' });
    expect(statuses).toEqual([200]);
  });

  test('an error handler that answers again after `end` changes nothing', async () => {
    const { get, statuses } = await serving((res) => {
      res.setHeader('X-Kept', 'yes');
      res.end('ab');
      res.statusCode = 500;
      res.statusMessage = 'Broken';
      res.removeHeader('x-kept');
      res.setHeader('content-length', '5');
      res.setHeader('x-added', 'late');
      res.writeHead(500, { 'content-length': '5' });
      res.end('error');
    });
    const { status, text, response } = await get();
    expect([status, text, response.statusMessage]).toEqual([200, 'ab', 'OK']);
    expect(response.headers).toMatchObject({ 'x-kept': 'yes' });
    expect(response.headers['content-length']).not.toBe('5');
    expect(response.headers).not.toHaveProperty('x-added');
    expect(statuses).toEqual([200]);
  });

  test('what is written after `end` does not stand before its text', async () => {
    const { get } = await serving((res) => {
      res.on('error', () => {});
      res.end('ab');
      res.write('late');
    });
    expect((await get()).text).toBe('ab');
  });

  test('a writeHead that throws has settled nothing', async () => {
    const { get, statuses } = await serving((res) => {
      expect(() => res.writeHead(99)).toThrow(RangeError);
      res.writeHead(500).end();
    });
    expect((await get()).status).toBe(500);
    expect(statuses).toEqual([500]);
  });
});

describe('the response waits', () => {
  test('until it has settled: a client that has its answer can rely on it', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { port, statuses } = await serving(
      (res) => res.writeHead(200).end('ab'),
      () => gate,
    );
    const { send, until, received } = await client(port);
    send('GET / HTTP/1.1\r\nhost: hooks.test\r\n\r\n');
    await vi.waitFor(() => expect(statuses).toEqual([200]));
    await new Promise((resolve) => setImmediate(resolve));
    expect(received()).not.toContain('ab');
    release();
    await until(/ab/);
  });

  test('a stream settles with its first byte, and ends when it has settled', async () => {
    const { get, statuses } = await serving((res) => {
      res.write('a');
      expect(statuses).toEqual([200]);
      res.end('b');
    });
    expect((await get()).text).toBe('ab');
  });

  test('not for a settling that fails: the answer leaves all the same', async () => {
    const { get } = await serving(
      (res) => res.writeHead(200).end('ab'),
      () => Promise.reject(new Error('no')),
    );
    expect(await get()).toMatchObject({ status: 200, text: 'ab' });
  });
});

describe('the connection plays no part', () => {
  test('a client that leaves settles nothing; the answer that comes later does', async () => {
    const arrived: ServerResponse[] = [];
    const { port, statuses } = await serving((res) => arrived.push(res));
    const { send, socket, closed } = await client(port);
    send('GET / HTTP/1.1\r\nhost: hooks.test\r\n\r\n');
    await vi.waitFor(() => expect(arrived).toHaveLength(1));
    const [response] = arrived;
    if (response === undefined) throw new Error('unreachable');
    const gone = once(response, 'close');
    socket.destroy();
    await Promise.all([closed, gone]);
    expect(statuses).toEqual([]);
    response.statusCode = 500;
    response.end('nobody listens');
    expect(statuses).toEqual([500]);
  });

  test('an application that destroys its response settles nothing', async () => {
    const { port, statuses } = await serving((res) => res.destroy());
    const { send, closed } = await client(port);
    send('GET / HTTP/1.1\r\nhost: hooks.test\r\n\r\n');
    await closed;
    expect(statuses).toEqual([]);
  });
});

describe('an answer that node:http refuses is refused at once, with nothing settled', () => {
  test.each<[string, (response: ServerResponse) => unknown]>([
    ['a number as text', (res) => Reflect.apply(res.end, res, [42])],
    ['an object as text', (res) => Reflect.apply(res.end, res, [{ ok: true }])],
    ['a status that does not exist', (res) => Object.assign(res, { statusCode: 1000 }).end('ab')],
    ['two lines for a status line', (res) => Object.assign(res, { statusMessage: 'O\nK' }).end('ab')],
  ])('%s', async (_name, answer) => {
    const { get, statuses } = await serving((res) => {
      try {
        answer(res);
      } catch {
        Object.assign(res, { statusCode: 500, statusMessage: 'Failed' }).end('error');
      }
    });
    expect(await get()).toMatchObject({ status: 500, text: 'error' });
    expect(statuses).toEqual([500]);
  });

  test('trailers go out', async () => {
    const { get } = await serving((res) => {
      res.setHeader('trailer', 'x-after');
      res.addTrailers({ 'x-after': 'yes' });
      res.end('ab');
    });
    const { text, response } = await get();
    expect([text, response.trailers]).toEqual(['ab', { 'x-after': 'yes' }]);
  });

  test('a middleware below that sets a header while it ends is heard', async () => {
    const { get } = await serving(
      (res) => res.end('ab'),
      undefined,
      (res) => {
        res.end = new Proxy(res.end, {
          apply(end, self, args) {
            res.setHeader('x-length', '2');
            return Reflect.apply(end, self, args);
          },
        });
      },
    );
    const { text, response } = await get();
    expect([text, response.headers['x-length']]).toEqual(['ab', '2']);
  });
});
