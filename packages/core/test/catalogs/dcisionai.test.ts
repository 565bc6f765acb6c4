import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { type DcisionaiModelTrained, dcisionaiEvents } from '../../src/catalogs/dcisionai.js';
import { describeCatalog } from './describe-catalog.js';
import { dcisionaiSamples as samples } from './samples.js';

describe('dcisionaiEvents', () => {
  describeCatalog(dcisionaiEvents, {
    types: [
      'project.created',
      'project.updated',
      'project.deleted',
      'model.created',
      'model.updated',
      'model.deleted',
      'model.trained',
      'model.deployed',
      'prediction.created',
      'prediction.updated',
      'prediction.deleted',
      'prediction.completed',
      'dataset.created',
      'dataset.updated',
      'dataset.deleted',
      'dataset.processed',
    ],
    shown: [
      ['project.created', samples.projectCreated],
      ['model.trained', samples.modelTrained],
      ['prediction.completed', samples.predictionCompleted],
    ],
    payloads: [
      {
        types: ['project.created'],
        data: samples.projectCreated,
        members: {
          id: 'string',
          name: 'string',
          description: 'string',
          created_at: 'dateTime',
          updated_at: 'dateTime',
        },
      },
      {
        types: ['model.trained'],
        data: samples.modelTrained,
        members: {
          id: 'string',
          project_id: 'string',
          name: 'string',
          description: 'string',
          status: 'string',
          metrics: 'object',
          'metrics.accuracy': 'number',
          'metrics.precision': 'number',
          'metrics.recall': 'number',
          'metrics.f1': 'number',
          created_at: 'dateTime',
          updated_at: 'dateTime',
        },
      },
      {
        types: ['prediction.completed'],
        data: samples.predictionCompleted,
        members: {
          id: 'string',
          project_id: 'string',
          model_id: 'string',
          input: 'object',
          output: 'object',
          'output.prediction': 'number',
          'output.confidence': 'number',
          created_at: 'dateTime',
          updated_at: 'dateTime',
        },
        bags: ['input'],
      },
      {
        types: [
          'project.updated',
          'project.deleted',
          'model.created',
          'model.updated',
          'model.deleted',
          'model.deployed',
          'prediction.created',
          'prediction.updated',
          'prediction.deleted',
          'dataset.created',
          'dataset.updated',
          'dataset.deleted',
          'dataset.processed',
        ],
        data: { id: 'dataset_1234567890' },
        members: { id: 'string?' },
      },
    ],
  });

  test('has 16 event types', () => {
    expect(Object.keys(dcisionaiEvents)).toHaveLength(16);
  });
});

// Checked by the compiler.
type Data = z.output<(typeof dcisionaiEvents)['model.trained']>;
expectTypeOf<Data>().toEqualTypeOf<DcisionaiModelTrained>();
expectTypeOf<Data['metrics']['f1']>().toEqualTypeOf<number>();
expectTypeOf<Data['created_at']>().toEqualTypeOf<string>();
