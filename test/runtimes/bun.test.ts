import { bun } from './contract/runtimes.js';
import { testRuntime } from './test-runtime.js';

testRuntime('bun', bun);
