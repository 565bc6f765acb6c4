import { defineConfig } from 'tsup';

/**
 * The one build of every package: each source file becomes one file in dist.
 *
 * `bundle: false` keeps `node:` prefixes and `#crypto` as written. The declarations come from tsc
 * (tools/tsconfig.build.json): tsup's own would resolve `#crypto` to its Node file and take much longer.
 */
export const packageConfig = defineConfig({
  entry: ['src/**/*.ts', '!src/**/*.d.ts'],
  format: 'esm',
  target: 'es2022',
  bundle: false,
  clean: true,
  silent: true,
  onSuccess: 'node ../../node_modules/typescript/bin/tsc -p tsconfig.build.json',
});
