#!/usr/bin/env node
import { run } from './command.js';
import { progressOn } from './show-progress.js';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

void run({
  args: process.argv.slice(2),
  env: process.env,
  out: process.stdout,
  errors: process.stderr,
  view: progressOn(process.stderr),
  signal: interruption.signal,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
