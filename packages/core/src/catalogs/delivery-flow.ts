import { z } from 'zod';
import { type DataSchema, type OpenData, openData } from './shapes.js';

/** Data of an event about a model or one of its predictions. */
export interface DeliveryFlowModelData extends OpenData {
  /** The model that endpoints filter by. */
  readonly model_id?: string | undefined;
}

const modelData: DataSchema<DeliveryFlowModelData> = z.looseObject({ model_id: z.string().optional() });

/**
 * The eight event types of the `deliveryFlow` provider, each with the schema of its `data`.
 *
 * Source: the document's flow chart, the boxes of its event triggers. It shows no payload, so none is
 * modelled: the prediction and model events have an optional `model_id`, because deliveries are filtered
 * by event type and model; the API key events are loose objects.
 *
 * @example
 * import { createReceiver, memoryReplayStore } from '@countersign/core';
 * import { deliveryFlowEvents } from '@countersign/core/catalogs/delivery-flow';
 * import { deliveryFlow } from '@countersign/core/providers/delivery-flow';
 *
 * const receiver = createReceiver({
 *   provider: deliveryFlow,
 *   events: deliveryFlowEvents,
 *   secrets: () => process.env.WEBHOOK_SECRET,
 *   replay: memoryReplayStore(),
 * }).on('prediction.*', (event) => {
 *   console.log(event.type, event.data.model_id);
 * });
 */
export const deliveryFlowEvents = {
  'prediction.success': modelData,
  'prediction.failed': modelData,
  'model.created': modelData,
  'model.updated': modelData,
  'model.deprecated': modelData,
  'model.shared': modelData,
  'user.api_key.created': openData,
  'user.api_key.revoked': openData,
} as const;
