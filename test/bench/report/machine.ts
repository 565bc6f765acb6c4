import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

const [loadAtStart = 0] = loadavg();

/** Where and when the numbers were taken. */
export function machineText(): string {
  const memoryGib = Math.round(totalmem() / 2 ** 30);
  return [
    `- CPU: ${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores; ${memoryGib} GiB`,
    `- ${process.platform} ${process.arch}, Node.js ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
    `- ${new Date().toISOString().slice(0, 10)}; load average when the run began, the build's own included: ${loadAtStart.toFixed(1)}`,
  ].join('\n');
}
