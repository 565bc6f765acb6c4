import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import {
  type AiPlatformJob,
  type AiPlatformVisionCompleted,
  aiPlatformEvents,
} from '../../src/catalogs/ai-platform.js';
import { describeCatalog } from './describe-catalog.js';
import { aiPlatformSamples as samples } from './samples.js';

describe('aiPlatformEvents', () => {
  describeCatalog(aiPlatformEvents, {
    types: [
      'optimization.submitted',
      'optimization.started',
      'optimization.completed',
      'optimization.failed',
      'optimization.cancelled',
      'vision.submitted',
      'vision.completed',
      'vision.failed',
      'batch.submitted',
      'batch.completed',
      'batch.progress',
      'batch.failed',
      'training.started',
      'training.progress',
      'training.completed',
      'training.failed',
      'training.cancelled',
      'inference.started',
      'inference.completed',
      'inference.failed',
      'model.deployed',
      'model.updated',
      'model.deprecated',
    ],
    shown: [
      ['optimization.completed', samples.generalFormat],
      ['optimization.completed', samples.optimizationCompleted],
      ['vision.completed', samples.visionCompleted],
      ['batch.progress', samples.batchProgress],
      ['training.progress', samples.trainingProgress],
    ],
    payloads: [
      {
        types: ['optimization.completed'],
        data: samples.optimizationCompleted,
        members: {
          job_id: 'string',
          status: 'string',
          problem_type: 'string?',
          result: 'object',
          'result.solution': 'array?',
          'result.solution.0': 'number',
          'result.solution.1': 'number',
          'result.solution.2': 'number',
          'result.solution.3': 'number',
          'result.objective_value': 'number?',
          'result.approximation_ratio': 'number?',
          'result.execution_time': 'number?',
        },
      },
      {
        types: ['vision.completed'],
        data: samples.visionCompleted,
        members: {
          job_id: 'string',
          status: 'string',
          detections: 'array',
          'detections.0': 'object',
          'detections.0.class_name': 'string',
          'detections.0.confidence': 'number',
          'detections.0.bounding_box': 'object',
          'detections.0.bounding_box.x': 'number',
          'detections.0.bounding_box.y': 'number',
          'detections.0.bounding_box.width': 'number',
          'detections.0.bounding_box.height': 'number',
        },
      },
      {
        types: ['batch.progress'],
        data: samples.batchProgress,
        members: {
          job_id: 'string',
          total_images: 'number',
          processed_images: 'number',
          failed_images: 'number',
          progress_percent: 'number',
        },
      },
      {
        types: ['training.progress'],
        data: samples.trainingProgress,
        members: {
          job_id: 'string',
          round: 'number',
          accuracy: 'number',
          loss: 'number',
          total_rounds: 'number',
        },
      },
      {
        types: [
          'optimization.submitted',
          'optimization.started',
          'optimization.failed',
          'optimization.cancelled',
          'vision.submitted',
          'vision.failed',
          'batch.submitted',
          'batch.completed',
          'batch.failed',
          'training.started',
          'training.completed',
          'training.failed',
          'training.cancelled',
          'inference.started',
          'inference.completed',
          'inference.failed',
        ],
        data: samples.generalFormat,
        members: { job_id: 'string', status: 'string?', result: 'anything?' },
      },
      { types: ['model.deployed', 'model.updated', 'model.deprecated'], data: {}, members: {} },
    ],
  });

  test('has 23 event types', () => {
    expect(Object.keys(aiPlatformEvents)).toHaveLength(23);
  });
});

// Checked by the compiler.
type Vision = z.output<(typeof aiPlatformEvents)['vision.completed']>;
expectTypeOf<Vision>().toEqualTypeOf<AiPlatformVisionCompleted>();
expectTypeOf<Vision['detections'][number]['bounding_box']['x']>().toEqualTypeOf<number>();
expectTypeOf<z.output<(typeof aiPlatformEvents)['training.failed']>>().toEqualTypeOf<AiPlatformJob>();
