/** Sources transpiled on the fly are not what users run. */
export function mustMeasureDist(): void {
  for (const name of [
    '@countersign/core',
    '@countersign/express',
    '@countersign/fastify',
    '@countersign/hono',
    '@countersign/nextjs',
    '@countersign/sender',
    '@countersign/sender/sqlite',
    '@countersign/postgres',
    '@countersign/postgres/pg-boss',
    '@countersign/redis/bullmq',
  ]) {
    const url = import.meta.resolve(name);
    if (!url.includes('/dist/')) throw new Error(`${name} must resolve to its dist, got ${url}`);
  }
}
