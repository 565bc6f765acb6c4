/** The child process of one scenario: says its figures. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backlog } from './scenarios/backlog.js';
import { fanOut } from './scenarios/fan-out.js';
import { inFlight } from './scenarios/in-flight.js';
import { isolation } from './scenarios/isolation.js';
import type { Figures, Place } from './scenarios/scenario.js';
import { sendLatency } from './scenarios/send-latency.js';

const scenarios: Readonly<Record<string, (place: Place) => Promise<Figures>>> = {
  'send latency': sendLatency,
  'in flight': inFlight,
  backlog,
  'fan-out': fanOut,
  isolation,
};

const [name = '', size, urls = '', silentUrls = ''] = process.argv.slice(2);
const scenario = scenarios[name];
if (scenario === undefined) throw new Error(`no scenario ${name}`);
const directory = await mkdtemp(join(tmpdir(), 'countersign-bench-'));
const place = { directory, urls: urls.split(' '), silentUrls: silentUrls.split(' '), size: Number(size) };
process.send?.(await scenario(place));
await rm(directory, { recursive: true });
process.disconnect();
