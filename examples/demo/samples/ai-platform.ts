import type { aiPlatformEvents } from '@countersign/core/catalogs/ai-platform';
import type { Samples, Serial } from './samples.js';

export function aiPlatformSamples(serial: Serial): Samples<typeof aiPlatformEvents> {
  const job_id = `550e8400-e29b-41d4-a716-${String(serial).padStart(12, '0')}`;
  const submitted = { job_id, status: 'submitted' };
  const started = { job_id, status: 'started' };
  const completed = { job_id, status: 'completed', result: {} };
  const failed = { job_id, status: 'failed', error: 'The worker ran out of memory' };
  const cancelled = { job_id, status: 'cancelled' };
  const model = { model_id: `model_${serial}`, version: '2.1.0' };
  return {
    'optimization.submitted': submitted,
    'optimization.started': started,
    'optimization.completed': {
      job_id,
      status: 'completed',
      problem_type: 'MAXCUT',
      result: {
        solution: [0, 1, 0, 1],
        objective_value: 8.0,
        approximation_ratio: 0.95,
        execution_time: 300,
      },
    },
    'optimization.failed': failed,
    'optimization.cancelled': cancelled,
    'vision.submitted': submitted,
    'vision.completed': {
      job_id,
      status: 'completed',
      detections: [
        { class_name: 'person', confidence: 0.95, bounding_box: { x: 100, y: 50, width: 200, height: 300 } },
      ],
    },
    'vision.failed': failed,
    'batch.submitted': submitted,
    'batch.completed': completed,
    'batch.progress': {
      job_id,
      total_images: 100,
      processed_images: 75,
      failed_images: 0,
      progress_percent: 75,
    },
    'batch.failed': failed,
    'training.started': started,
    'training.progress': { job_id, round: 5, accuracy: 0.92, loss: 0.23, total_rounds: 10 },
    'training.completed': completed,
    'training.failed': failed,
    'training.cancelled': cancelled,
    'inference.started': started,
    'inference.completed': completed,
    'inference.failed': failed,
    'model.deployed': model,
    'model.updated': { ...model, version: '2.1.1' },
    'model.deprecated': model,
  };
}
