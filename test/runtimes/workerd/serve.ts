import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { binary } from '../execute.js';

/** A worker that listens. */
export interface Served {
  readonly origin: string;
  stop(): Promise<void>;
}

/** Serves a bundled worker by workerd, on a port of its own, with texts as its bindings. */
export async function serveWorker(
  bundlePath: string,
  folder: string,
  bindings: Readonly<Record<string, string>>,
): Promise<Served> {
  const config = join(folder, 'config.capnp');
  await writeFile(config, configuration(basename(bundlePath), bindings));
  const child = spawn(binary('workerd'), ['serve', '--control-fd=3', config], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let errors = '';
  child.stderr?.on('data', (text) => {
    errors += text;
  });
  const stop = (): Promise<void> => {
    child.kill('SIGKILL');
    return ended;
  };
  const control = child.stdio[3];
  if (!(control instanceof Readable)) throw new Error('workerd has no control channel');
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line);
    if (event === 'listen') return { origin: `http://127.0.0.1:${port}`, stop };
  }
  await stop();
  throw new Error(`workerd does not listen: ${errors}`);
}

function configuration(module: string, bindings: Readonly<Record<string, string>>): string {
  const texts = Object.entries(bindings).map(
    ([name, text]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(text)})`,
  );
  // No compatibility flag: nothing of Node is there.
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "${module}")],
  compatibilityDate = "2025-01-01",
  bindings = [${texts.join(', ')}],
);
`;
}
