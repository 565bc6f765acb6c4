import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface Received {
  readonly path: string;
  /** By the clock. */
  readonly atMs: number;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  readonly body: string;
  /** `webhook-id` */
  readonly id: string;
}

/** What the sink does with a request. `hang`: nothing; `half`: headers and the beginning of a body. */
export type Answer =
  | number
  | 'hang'
  | 'half'
  | 'reset'
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string | Uint8Array;
    };

/** Decides on an answer; `count` is 1 for the path's first request. */
export type Answering = (request: Received, count: number) => Answer | Promise<Answer>;

/** A server on this machine that answers as it is told, path by path; 200 where nothing is said. */
export interface Sink {
  readonly requests: Received[];
  /** Requests whose answer is held back: by `hang` or `half`, or by a function that has not decided. */
  readonly waiting: number;
  url(path: string): string;
  /** Answers of a path, one after the other, the last one from then on; or a function that decides. */
  answer(path: string, ...answers: readonly Answer[] | [Answering]): void;
  at(path: string): readonly Received[];
  /** Requests of a path that wait for an answer, and the most that ever did at once. */
  open(path: string): number;
  mostOpen(path: string): number;
  onChange(listener: () => void): void;
  close(): Promise<void>;
}

/** Requests of one path: all, those that wait, and the most that ever did at once. */
interface Counts {
  count: number;
  now: number;
  most: number;
}

export async function openSink(now: () => number): Promise<Sink> {
  const requests: Received[] = [];
  const answers = new Map<string, Answering>();
  const open = new Map<string, Counts>();
  const waiting = new Set<Received>();
  const listeners: (() => void)[] = [];
  const openAt = (path: string): Counts => {
    const counts = open.get(path) ?? { count: 0, now: 0, most: 0 };
    open.set(path, counts);
    return counts;
  };
  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const atMs = now();
    const received = await read(incoming, atMs);
    const { path } = received;
    requests.push(received);
    const counts = openAt(path);
    counts.now += 1;
    counts.most = Math.max(counts.most, counts.now);
    waiting.add(received);
    response.once('close', () => {
      counts.now -= 1;
      waiting.delete(received);
      changed();
    });
    counts.count += 1;
    const deciding = answers.get(path)?.(received, counts.count) ?? 200;
    if (!(deciding instanceof Promise) && !isHeldBack(deciding)) waiting.delete(received);
    changed();
    const answer = await deciding;
    if (!isHeldBack(answer)) waiting.delete(received);
    write(response, answer);
  };

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = addressOf(server.address());
  let closing: Promise<void> | undefined;
  return {
    requests,
    get waiting() {
      return waiting.size;
    },
    url: (path) => `http://127.0.0.1:${port}${path}`,
    answer(path, ...given) {
      const [first] = given;
      answers.set(path, typeof first === 'function' ? first : (_request, count) => scripted(given, count));
    },
    at: (path) => requests.filter((request) => request.path === path),
    open: (path) => openAt(path).now,
    mostOpen: (path) => openAt(path).most,
    onChange: (listener) => void listeners.push(listener),
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

function scripted(answers: readonly unknown[], count: number): Answer {
  const answer = answers[Math.min(count, answers.length) - 1];
  return isAnswer(answer) ? answer : 200;
}

function isAnswer(value: unknown): value is Answer {
  return value !== undefined && typeof value !== 'function';
}

async function read(incoming: IncomingMessage, atMs: number): Promise<Received> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const bytes = new Uint8Array(Buffer.concat(chunks));
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
  const { url = '', method = '' } = incoming;
  const path = url.split('?')[0] ?? '';
  const body = Buffer.from(bytes).toString('utf8');
  return { path, atMs, method, url, headers, bytes, body, id: headers['webhook-id'] ?? '' };
}

function isHeldBack(answer: Answer): boolean {
  return answer === 'hang' || answer === 'half';
}

function write(response: ServerResponse, answer: Answer): void {
  if (answer === 'hang') return;
  if (answer === 'reset') response.socket?.resetAndDestroy();
  else if (answer === 'half') response.writeHead(200, { 'content-length': '100' }).write('half');
  else if (typeof answer === 'number') response.writeHead(answer).end();
  else response.writeHead(answer.status, answer.headers).end(answer.body);
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (typeof address === 'object' && address !== null) return address;
  throw new Error('the sink has no port');
}
