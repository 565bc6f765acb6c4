import { deno } from './contract/runtimes.js';
import { testRuntime } from './test-runtime.js';

testRuntime('deno', deno);
