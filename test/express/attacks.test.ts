import { attackReport } from '@countersign/testing';
import { describe, test } from 'vitest';
import { attackTarget, versionNames } from './targets.js';

for (const version of versionNames) {
  for (const mode of ['handler', 'guard'] as const) {
    describe(`${version}, ${mode}`, () => {
      for (const { title, run } of attackReport(attackTarget(version, mode))) test(title, () => run());
    });
  }
}
