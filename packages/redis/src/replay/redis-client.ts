import { mustBe } from '@countersign/core/strict';
import type { Script } from './scripts.js';

/** A `Redis` or `Cluster` of ioredis, as far as it is used. */
export interface IoRedisClient {
  evalsha(sha1: string, keys: number, ...keysAndValues: string[]): Promise<unknown>;
  eval(script: string, keys: number, ...keysAndValues: string[]): Promise<unknown>;
}

/** What a script is given by node-redis. */
export interface NodeRedisScriptInput {
  keys: string[];
  arguments: string[];
}

/** A client, cluster or pool of node-redis (`redis`), as far as it is used. */
export interface NodeRedisClient {
  evalSha(sha1: string, input: NodeRedisScriptInput): Promise<unknown>;
  eval(script: string, input: NodeRedisScriptInput): Promise<unknown>;
  /** The same client for calls that leave the queue with the signal. */
  withAbortSignal?(signal: AbortSignal): NodeRedisClient;
}

/** A client of one of the two libraries. */
export type RedisClient = IoRedisClient | NodeRedisClient;

/** Runs a script on a key: the number that it returns. */
export type RunScript = (
  script: Script,
  key: string,
  values: readonly (string | number)[],
  signal: AbortSignal,
) => Promise<number>;

interface Calls {
  byName(script: Script): Promise<unknown>;
  byText(script: Script): Promise<unknown>;
}

/** How scripts are run by a client, whichever it is. */
export function scriptsOf(client: RedisClient): RunScript {
  if (typeof client !== 'object' || client === null) throw unknownClient(client);
  if ('evalSha' in client && typeof client.evalSha === 'function') {
    return (script, key, values, signal) =>
      run(nodeRedisCalls(client.withAbortSignal?.(signal) ?? client, key, values), script, signal);
  }
  if ('evalsha' in client && typeof client.evalsha === 'function') {
    return (script, key, values, signal) => run(ioRedisCalls(client, key, values), script, signal);
  }
  throw unknownClient(client);
}

function nodeRedisCalls(client: NodeRedisClient, key: string, values: readonly (string | number)[]): Calls {
  const input = { keys: [key], arguments: values.map(String) };
  return {
    byName: ({ sha1 }) => client.evalSha(sha1, input),
    byText: ({ text }) => client.eval(text, input),
  };
}

function ioRedisCalls(client: IoRedisClient, key: string, values: readonly (string | number)[]): Calls {
  const input = [key, ...values.map(String)];
  return {
    byName: ({ sha1 }) => client.evalsha(sha1, 1, ...input),
    byText: ({ text }) => client.eval(text, 1, ...input),
  };
}

async function run(calls: Calls, script: Script, signal: AbortSignal): Promise<number> {
  return Number(await replyOf(calls, script, signal));
}

async function replyOf(calls: Calls, script: Script, signal: AbortSignal): Promise<unknown> {
  try {
    return await calls.byName(script);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    // What nobody waits for any more takes no lease.
    signal.throwIfAborted();
    return calls.byText(script);
  }
}

function unknownClient(client: unknown): Error {
  return mustBe('client', 'a client of ioredis or of node-redis', client);
}
