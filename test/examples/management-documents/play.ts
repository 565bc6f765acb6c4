import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Document, Step } from './step.js';

const run = promisify(execFile);

/** What the documents' addresses, keys and ids stand for. */
export interface Stage {
  /** Where the API is, with its prefix. */
  readonly api: string;
  /** Where receivers are. */
  readonly receiver: string;
  readonly key: string;
  /** The last webhook that was created, and the last delivery that was listed. */
  webhookId: string;
  deliveryId: string;
}

/** An answer. */
export interface Played {
  readonly status: number;
  readonly json: unknown;
}

/** Makes a request of a document: as it is written, but for addresses, key and ids. */
export async function play(step: Step, document: Document, stage: Stage): Promise<Played> {
  const request = withOurs(step.request, document, stage);
  return request.startsWith('curl') ? playCurl(request, stage) : playHttp(request, stage);
}

function withOurs(request: string, { base, receiver }: Document, stage: Stage): string {
  const moved = request.replaceAll(receiver, stage.receiver);
  return (base === '' ? moved : moved.replaceAll(base, stage.api))
    .replaceAll('YOUR_API_KEY', stage.key)
    .replaceAll(/(?<=webhooks\/)wh_\w+/g, stage.webhookId)
    .replaceAll(/(?<=deliveries\/)del_\w+/g, stage.deliveryId);
}

async function playCurl(command: string, { key }: Stage): Promise<Played> {
  const authorization = command.includes('-H "Authorization') ? '' : ` -H "Authorization: Bearer ${key}"`;
  const silent = `${command}${authorization} -s -w '\\n%{http_code}'`;
  const { stdout } = await run('bash', ['-c', silent]);
  const end = stdout.lastIndexOf('\n');
  return { status: Number(stdout.slice(end + 1)), json: jsonOf(stdout.slice(0, end)) };
}

async function playHttp(text: string, { api, key }: Stage): Promise<Played> {
  const [head = '', body] = text.split('\n\n');
  const [line = '', ...fields] = head.split('\n');
  const [method = 'GET', path = ''] = line.split(' ');
  const headers = new Headers({ authorization: `Bearer ${key}` });
  for (const field of fields) headers.set(...parts(field));
  const response = await fetch(`${api}${path}`, { method, headers, ...(body !== undefined && { body }) });
  return { status: response.status, json: jsonOf(await response.text()) };
}

function parts(field: string): [string, string] {
  const [name = '', value = ''] = field.split(': ');
  return [name, value];
}

function jsonOf(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}
