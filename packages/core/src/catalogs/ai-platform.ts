import { z } from 'zod';
import { type DataSchema, type OpenData, openData } from './shapes.js';

/** Data of a job's event in the general payload format. */
export interface AiPlatformJob extends OpenData {
  readonly job_id: string;
  /** Absent where the document shows progress. */
  readonly status?: string | undefined;
  /** What the job yielded; its form depends on the kind of job. */
  readonly result?: unknown;
}

/** Data of `optimization.completed`. */
export interface AiPlatformOptimizationCompleted extends OpenData {
  readonly job_id: string;
  readonly status: string;
  readonly problem_type?: string | undefined;
  readonly result: AiPlatformOptimizationResult;
}

/** The answer to an optimization problem; the document also shows it empty. */
export interface AiPlatformOptimizationResult extends OpenData {
  readonly solution?: readonly number[] | undefined;
  readonly objective_value?: number | undefined;
  readonly approximation_ratio?: number | undefined;
  /** The document names no unit. */
  readonly execution_time?: number | undefined;
}

/** Data of `vision.completed`. */
export interface AiPlatformVisionCompleted extends OpenData {
  readonly job_id: string;
  readonly status: string;
  readonly detections: readonly AiPlatformDetection[];
}

/** One object found in an image. */
export interface AiPlatformDetection extends OpenData {
  readonly class_name: string;
  readonly confidence: number;
  readonly bounding_box: AiPlatformBoundingBox;
}

/** Where in the image an object was found. */
export interface AiPlatformBoundingBox extends OpenData {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Data of `batch.progress`. */
export interface AiPlatformBatchProgress extends OpenData {
  readonly job_id: string;
  readonly total_images: number;
  readonly processed_images: number;
  readonly failed_images: number;
  readonly progress_percent: number;
}

/** Data of `training.progress`. */
export interface AiPlatformTrainingProgress extends OpenData {
  readonly job_id: string;
  readonly round: number;
  readonly accuracy: number;
  readonly loss: number;
  readonly total_rounds: number;
}

const job: DataSchema<AiPlatformJob> = z.looseObject({
  job_id: z.string(),
  status: z.string().optional(),
  result: z.unknown().optional(),
});

const optimizationCompleted: DataSchema<AiPlatformOptimizationCompleted> = z.looseObject({
  job_id: z.string(),
  status: z.string(),
  problem_type: z.string().optional(),
  result: z.looseObject({
    solution: z.array(z.number()).optional(),
    objective_value: z.number().optional(),
    approximation_ratio: z.number().optional(),
    execution_time: z.number().optional(),
  }),
});

const visionCompleted: DataSchema<AiPlatformVisionCompleted> = z.looseObject({
  job_id: z.string(),
  status: z.string(),
  detections: z.array(
    z.looseObject({
      class_name: z.string(),
      confidence: z.number(),
      bounding_box: z.looseObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
    }),
  ),
});

const batchProgress: DataSchema<AiPlatformBatchProgress> = z.looseObject({
  job_id: z.string(),
  total_images: z.number(),
  processed_images: z.number(),
  failed_images: z.number(),
  progress_percent: z.number(),
});

const trainingProgress: DataSchema<AiPlatformTrainingProgress> = z.looseObject({
  job_id: z.string(),
  round: z.number(),
  accuracy: z.number(),
  loss: z.number(),
  total_rounds: z.number(),
});

/**
 * The twenty-three event types of the `aiPlatform` provider, each with the schema of its `data`.
 *
 * Source: the document's five lists of event types, its general payload format and its four examples.
 * Modelled as shown: `optimization.completed` (required are the members that both of its samples have),
 * `vision.completed`, `batch.progress` and `training.progress`. The other job events follow the general
 * format, of which only `job_id` stands in every sample and is required. The model events are about no
 * job and are loose objects.
 *
 * @example
 * import { createReceiver, memoryReplayStore } from '@countersign/core';
 * import { aiPlatformEvents } from '@countersign/core/catalogs/ai-platform';
 * import { aiPlatform } from '@countersign/core/providers/ai-platform';
 *
 * const receiver = createReceiver({
 *   provider: aiPlatform,
 *   events: aiPlatformEvents,
 *   secrets: () => process.env.WEBHOOK_SECRET,
 *   replay: memoryReplayStore(),
 * }).on('vision.completed', (event) => {
 *   for (const detection of event.data.detections) console.log(detection.class_name, detection.confidence);
 * });
 */
export const aiPlatformEvents = {
  'optimization.submitted': job,
  'optimization.started': job,
  'optimization.completed': optimizationCompleted,
  'optimization.failed': job,
  'optimization.cancelled': job,
  'vision.submitted': job,
  'vision.completed': visionCompleted,
  'vision.failed': job,
  'batch.submitted': job,
  'batch.completed': job,
  'batch.progress': batchProgress,
  'batch.failed': job,
  'training.started': job,
  'training.progress': trainingProgress,
  'training.completed': job,
  'training.failed': job,
  'training.cancelled': job,
  'inference.started': job,
  'inference.completed': job,
  'inference.failed': job,
  'model.deployed': openData,
  'model.updated': openData,
  'model.deprecated': openData,
} as const;
