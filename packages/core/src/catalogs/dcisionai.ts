import { z } from 'zod';
import type { DataSchema, OpenData } from './shapes.js';

/** Data of an event whose payload the document does not show: every resource that it shows has an `id`. */
export interface DcisionaiResource extends OpenData {
  readonly id?: string | undefined;
}

/** Data of `project.created`. */
export interface DcisionaiProjectCreated extends OpenData {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** ISO 8601 date and time with a zone, as sent. */
  readonly created_at: string;
  /** ISO 8601 date and time with a zone, as sent. */
  readonly updated_at: string;
}

/** Data of `model.trained`. */
export interface DcisionaiModelTrained extends OpenData {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string;
  /** The model's state: `trained` in the document, which lists no others. */
  readonly status: string;
  readonly metrics: DcisionaiMetrics;
  /** ISO 8601 date and time with a zone, as sent. */
  readonly created_at: string;
  /** ISO 8601 date and time with a zone, as sent. */
  readonly updated_at: string;
}

/** How well a trained model does. */
export interface DcisionaiMetrics extends OpenData {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Data of `prediction.completed`. */
export interface DcisionaiPredictionCompleted extends OpenData {
  readonly id: string;
  readonly project_id: string;
  readonly model_id: string;
  /** The features, under the names that the user's own model gives them. */
  readonly input: OpenData;
  readonly output: DcisionaiPredictionOutput;
  /** ISO 8601 date and time with a zone, as sent. */
  readonly created_at: string;
  /** ISO 8601 date and time with a zone, as sent. */
  readonly updated_at: string;
}

/** What a model answered. */
export interface DcisionaiPredictionOutput extends OpenData {
  readonly prediction: number;
  readonly confidence: number;
}

const dateTime = z.iso.datetime({ offset: true });
const times = { created_at: dateTime, updated_at: dateTime };

const resource: DataSchema<DcisionaiResource> = z.looseObject({ id: z.string().optional() });

const projectCreated: DataSchema<DcisionaiProjectCreated> = z.looseObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  ...times,
});

const modelTrained: DataSchema<DcisionaiModelTrained> = z.looseObject({
  id: z.string(),
  project_id: z.string(),
  name: z.string(),
  description: z.string(),
  status: z.string(),
  metrics: z.looseObject({ accuracy: z.number(), precision: z.number(), recall: z.number(), f1: z.number() }),
  ...times,
});

const predictionCompleted: DataSchema<DcisionaiPredictionCompleted> = z.looseObject({
  id: z.string(),
  project_id: z.string(),
  model_id: z.string(),
  input: z.looseObject({}),
  output: z.looseObject({ prediction: z.number(), confidence: z.number() }),
  ...times,
});

/**
 * The sixteen event types of the `dcisionai` provider, each with the schema of its `data`.
 *
 * Source: the document's four event tables (projects, models, predictions, datasets) and its three sample
 * payloads. Modelled as shown, every member required: `project.created`, `model.trained` and
 * `prediction.completed`. The other thirteen are loose objects with an optional `id`.
 *
 * @example
 * import { createReceiver, memoryReplayStore } from '@countersign/core';
 * import { dcisionaiEvents } from '@countersign/core/catalogs/dcisionai';
 * import { dcisionai } from '@countersign/core/providers/dcisionai';
 *
 * const receiver = createReceiver({
 *   provider: dcisionai,
 *   events: dcisionaiEvents,
 *   secrets: () => process.env.WEBHOOK_SECRET,
 *   replay: memoryReplayStore(),
 * }).on('model.trained', (event) => {
 *   console.log(event.data.name, event.data.metrics.accuracy);
 * });
 */
export const dcisionaiEvents = {
  'project.created': projectCreated,
  'project.updated': resource,
  'project.deleted': resource,
  'model.created': resource,
  'model.updated': resource,
  'model.deleted': resource,
  'model.trained': modelTrained,
  'model.deployed': resource,
  'prediction.created': resource,
  'prediction.updated': resource,
  'prediction.deleted': resource,
  'prediction.completed': predictionCompleted,
  'dataset.created': resource,
  'dataset.updated': resource,
  'dataset.deleted': resource,
  'dataset.processed': resource,
} as const;
