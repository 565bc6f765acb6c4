import { memoryStore } from '@countersign/sender/memory';
import { deliveryStoreContract, fakeClock } from '@countersign/testing';
import { describe, expect, test } from 'vitest';
import { brokenIntake } from './broken-stores/intake.js';
import { brokenRecords } from './broken-stores/records.js';
import { brokenWork } from './broken-stores/work.js';

describe('the contract catches a delivery store that', () => {
  for (const { fault, noticedBy, breakIt } of [...brokenIntake, ...brokenWork, ...brokenRecords]) {
    test(fault, async () => {
      for (const noticing of noticedBy) {
        const found = deliveryStoreContract.filter(({ name }) => name === noticing);
        expect(found, noticing).toHaveLength(1);
        for (const { run } of found) {
          const { now, advance } = fakeClock();
          const broken = breakIt(memoryStore({ now }));
          await expect(run({ store: broken, advance }), noticing).rejects.toMatchObject({
            name: 'AssertionError',
          });
        }
      }
    });
  }
});

test('every case has a name of its own', () => {
  const names = deliveryStoreContract.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
