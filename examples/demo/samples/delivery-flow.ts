import type { deliveryFlowEvents } from '@countersign/core/catalogs/delivery-flow';
import type { Samples, Serial } from './samples.js';

export function deliveryFlowSamples(serial: Serial): Samples<typeof deliveryFlowEvents> {
  const model_id = 'model_resnet50';
  const prediction_id = `pred_${serial}`;
  const key = { key_id: `key_${serial}`, user_id: 'user_42', scopes: ['predict'] };
  return {
    'prediction.success': { model_id, prediction_id, label: 'tabby cat', confidence: 0.97, latency_ms: 41 },
    'prediction.failed': { model_id, prediction_id, error: 'out of memory', retryable: true },
    'model.created': { model_id, name: 'ResNet-50', version: serial },
    'model.updated': { model_id, changed: ['description'], description: 'Übernommen aus der Forschung' },
    'model.deprecated': { model_id, version: serial, successor: 'model_resnet101' },
    'model.shared': { model_id, shared_with: 'user_7', permission: 'read' },
    'user.api_key.created': key,
    'user.api_key.revoked': { ...key, reason: 'leaked' },
  };
}
