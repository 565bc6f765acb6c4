import { z } from 'zod';
import type { DataSchema, OpenData } from './shapes.js';

/** Data of every event: each member is there where it applies. */
export interface EmpJobQueueData extends OpenData {
  readonly job_id?: string | undefined;
  /** The kind of job, such as `comfyui`. */
  readonly job_type?: string | undefined;
  /** The document does not list the states; its samples have `pending` and `completed`. */
  readonly job_status?: string | undefined;
  /** The worker that has the job. */
  readonly worker_id?: string | undefined;
  /** The machine that runs the worker. */
  readonly machine_id?: string | undefined;
  /** Percent, 0 to 100. */
  readonly progress?: number | undefined;
  /** What the job yielded; its form depends on the kind of job. */
  readonly result?: unknown;
  /** Why the job failed. */
  readonly error?: string | undefined;
}

const data: DataSchema<EmpJobQueueData> = z.looseObject({
  job_id: z.string().optional(),
  job_type: z.string().optional(),
  job_status: z.string().optional(),
  worker_id: z.string().optional(),
  machine_id: z.string().optional(),
  progress: z.number().min(0).max(100).optional(),
  result: z.unknown().optional(),
  error: z.string().optional(),
});

/**
 * The twelve event types of the `empJobQueue` provider, each with the schema of its `data`.
 *
 * Source: the document's table of event types and its payload interface. That interface is one for all
 * types, so all twelve are modelled and share it: members optional, further ones pass through.
 *
 * @example
 * import { createReceiver, memoryReplayStore } from '@countersign/core';
 * import { empJobQueueEvents } from '@countersign/core/catalogs/emp-job-queue';
 * import { empJobQueue } from '@countersign/core/providers/emp-job-queue';
 *
 * const receiver = createReceiver({
 *   provider: empJobQueue,
 *   events: empJobQueueEvents,
 *   secrets: () => process.env.WEBHOOK_SECRET,
 *   replay: memoryReplayStore(),
 * }).on('job.completed', (event) => {
 *   console.log(event.data.job_id, event.data.result);
 * });
 */
export const empJobQueueEvents = {
  'job.submitted': data,
  'job.assigned': data,
  'job.progress': data,
  'job.completed': data,
  'job.failed': data,
  'job.cancelled': data,
  'job.timeout': data,
  'job.status_changed': data,
  'machine.startup': data,
  'machine.shutdown': data,
  'worker.connected': data,
  'worker.disconnected': data,
} as const;
