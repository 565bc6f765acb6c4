import type { empJobQueueEvents } from '@countersign/core/catalogs/emp-job-queue';
import type { Samples, Serial } from './samples.js';

export function empJobQueueSamples(serial: Serial): Samples<typeof empJobQueueEvents> {
  const job = { job_id: `job_${serial}`, job_type: 'comfyui' };
  const worker_id = 'worker_7';
  const machine_id = 'prod-cluster-2';
  const running = { ...job, worker_id, machine_id };
  return {
    'job.submitted': { ...job, job_status: 'pending', job_priority: 2 },
    'job.assigned': { ...running, job_status: 'assigned' },
    'job.progress': { ...running, job_status: 'in_progress', progress: 62.5 },
    'job.completed': { ...running, job_status: 'completed', progress: 100, result: { images: ['out.png'] } },
    'job.failed': { ...running, job_status: 'failed', error: 'CUDA out of memory' },
    'job.cancelled': { ...job, job_status: 'cancelled' },
    'job.timeout': { ...running, job_status: 'timeout', error: 'exceeded 600 s' },
    'job.status_changed': { ...running, job_status: 'in_progress', previous_status: 'assigned' },
    'machine.startup': { machine_id, boot: serial },
    'machine.shutdown': { machine_id, boot: serial },
    'worker.connected': { worker_id, machine_id, session: serial },
    'worker.disconnected': { worker_id, machine_id, session: serial },
  };
}
