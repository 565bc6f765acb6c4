import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

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

/** Requests of one path: all, those that are open, and the most that ever were at once. */
interface Counts {
  count: number;
  now: number;
  most: number;
}

export async function openSink(now: () => number): Promise<Sink> {
  const sink = new Sink(now);
  await sink.listen();
  return sink;
}

/** A server on this machine that answers as it is told, path by path; 200 where nothing is said. */
export class Sink {
  readonly requests: Received[] = [];
  readonly #now: () => number;
  readonly #server: Server;
  readonly #answers = new Map<string, Answering>();
  readonly #counts = new Map<string, Counts>();
  readonly #waiting = new Set<Received>();
  readonly #listeners: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor(now: () => number) {
    this.#now = now;
    this.#server = createServer((incoming, response) => {
      this.#handle(incoming, response).catch(() => response.destroy());
    });
    this.#server.keepAliveTimeout = 0;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
  }

  /** Requests whose answer is held back: by `hang` or `half`, or by a function that has not decided. */
  get waiting(): number {
    return this.#waiting.size;
  }

  url(path: string): string {
    const address = this.#server.address();
    if (typeof address !== 'object' || address === null) throw new Error('the sink has no port');
    return `http://127.0.0.1:${address.port}${path}`;
  }

  /** Answers of a path, one after the other, the last one from then on; or a function that decides. */
  answer(path: string, ...given: readonly Answer[] | [Answering]): void {
    const [first] = given;
    const answering = typeof first === 'function' ? first : undefined;
    this.#answers.set(path, answering ?? ((_request, count) => scripted(given, count)));
  }

  at(path: string): readonly Received[] {
    return this.requests.filter((request) => request.path === path);
  }

  /** Requests of a path that wait for an answer. */
  open(path: string): number {
    return this.#countsOf(path).now;
  }

  mostOpen(path: string): number {
    return this.#countsOf(path).most;
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    return this.#closing;
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await read(incoming, this.#now());
    const counts = this.#opened(received, response);
    const deciding = this.#answers.get(received.path)?.(received, counts.count) ?? 200;
    if (!(deciding instanceof Promise) && !isHeldBack(deciding)) this.#waiting.delete(received);
    this.#changed();
    const answer = await deciding;
    if (!isHeldBack(answer)) this.#waiting.delete(received);
    write(response, answer);
  }

  #opened(received: Received, response: ServerResponse): Counts {
    const counts = this.#countsOf(received.path);
    this.requests.push(received);
    this.#waiting.add(received);
    counts.count += 1;
    counts.now += 1;
    counts.most = Math.max(counts.most, counts.now);
    response.once('close', () => {
      counts.now -= 1;
      this.#waiting.delete(received);
      this.#changed();
    });
    return counts;
  }

  #countsOf(path: string): Counts {
    const counts = this.#counts.get(path) ?? { count: 0, now: 0, most: 0 };
    this.#counts.set(path, counts);
    return counts;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
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
