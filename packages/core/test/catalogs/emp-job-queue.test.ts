import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { type EmpJobQueueData, empJobQueueEvents } from '../../src/catalogs/emp-job-queue.js';
import { describeCatalog } from './describe-catalog.js';
import { empJobQueueSamples as samples } from './samples.js';

const types = [
  'job.submitted',
  'job.assigned',
  'job.progress',
  'job.completed',
  'job.failed',
  'job.cancelled',
  'job.timeout',
  'job.status_changed',
  'machine.startup',
  'machine.shutdown',
  'worker.connected',
  'worker.disconnected',
];

describe('empJobQueueEvents', () => {
  describeCatalog(empJobQueueEvents, {
    types,
    shown: [
      ['job.submitted', samples.test],
      ['job.completed', samples.everyMember],
    ],
    payloads: [
      {
        types,
        data: samples.everyMember,
        members: {
          job_id: 'string?',
          job_type: 'string?',
          job_status: 'string?',
          worker_id: 'string?',
          machine_id: 'string?',
          progress: 'percent?',
          result: 'anything?',
          error: 'string?',
        },
        bags: ['result'],
      },
    ],
  });

  test('has 12 event types', () => {
    expect(Object.keys(empJobQueueEvents)).toHaveLength(12);
  });
});

// Checked by the compiler.
type Data = z.output<(typeof empJobQueueEvents)['job.completed']>;
expectTypeOf<Data>().toEqualTypeOf<EmpJobQueueData>();
expectTypeOf<Data['progress']>().toEqualTypeOf<number | undefined>();
expectTypeOf<Data['anything_else']>().toEqualTypeOf<unknown>();
