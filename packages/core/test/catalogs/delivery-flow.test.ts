import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { type DeliveryFlowModelData, deliveryFlowEvents } from '../../src/catalogs/delivery-flow.js';
import { describeCatalog } from './describe-catalog.js';

const modelTypes = [
  'prediction.success',
  'prediction.failed',
  'model.created',
  'model.updated',
  'model.deprecated',
  'model.shared',
];
const keyTypes = ['user.api_key.created', 'user.api_key.revoked'];

describe('deliveryFlowEvents', () => {
  describeCatalog(deliveryFlowEvents, {
    types: [...modelTypes, ...keyTypes],
    shown: [],
    payloads: [
      { types: modelTypes, data: { model_id: 'model_1' }, members: { model_id: 'string?' } },
      { types: keyTypes, data: {}, members: {} },
    ],
  });

  test('has 8 event types', () => {
    expect(Object.keys(deliveryFlowEvents)).toHaveLength(8);
  });
});

// Checked by the compiler.
type Data = z.output<(typeof deliveryFlowEvents)['prediction.success']>;
expectTypeOf<Data>().toEqualTypeOf<DeliveryFlowModelData>();
expectTypeOf<Data['model_id']>().toEqualTypeOf<string | undefined>();
