import { createHash } from 'node:crypto';

/** A script that Redis runs as one step, on one key. */
export interface Script {
  readonly text: string;
  /** What Redis knows it by. */
  readonly sha1: string;
}

function script(text: string): Script {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

/** The value of a key is `held:` or `done:` and the token; lease and ttl are its time to live. */
export const replayScripts = {
  /** 0: in progress, 1: claimed, 2: done. */
  claim: script(`
local value = redis.call('GET', KEYS[1])
local held = 'held:' .. ARGV[1]
if value == false or value == held then
  redis.call('SET', KEYS[1], held, 'PX', ARGV[2])
  return 1
end
if string.sub(value, 1, 5) == 'done:' then return 2 end
return 0`),
  /** 1: committed, 0: lost. */
  commit: script(`
local value = redis.call('GET', KEYS[1])
local done = 'done:' .. ARGV[1]
if value ~= done and value ~= 'held:' .. ARGV[1] then return 0 end
redis.call('SET', KEYS[1], done, 'PX', ARGV[2])
return 1`),
  release: script(`
if redis.call('GET', KEYS[1]) == 'held:' .. ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`),
} as const;
