/** Sources transpiled on the fly are not what users run. */
export function mustMeasureDist(): void {
  for (const name of ['@countersign/core', '@countersign/express']) {
    const url = import.meta.resolve(name);
    if (!url.includes('/dist/')) throw new Error(`${name} must resolve to its dist, got ${url}`);
  }
}
