import type { dcisionaiEvents } from '@countersign/core/catalogs/dcisionai';
import type { Samples, Serial } from './samples.js';

const times = { created_at: '2023-01-01T00:00:00Z', updated_at: '2023-01-01T00:00:00Z' };

export function dcisionaiSamples(serial: Serial): Samples<typeof dcisionaiEvents> {
  const projectId = `proj_${serial}`;
  const modelId = `model_${serial}`;
  const project = { id: projectId, name: 'My Project', description: 'Project description', ...times };
  const model = {
    id: modelId,
    project_id: projectId,
    name: 'My Model',
    description: 'Model description',
    ...times,
  };
  const metrics = { accuracy: 0.95, precision: 0.94, recall: 0.96, f1: 0.95 };
  const prediction = {
    id: `pred_${serial}`,
    project_id: projectId,
    model_id: modelId,
    input: { feature1: 0.5, feature2: 0.7 },
    output: { prediction: 0.8, confidence: 0.95 },
    ...times,
  };
  const dataset = { id: `dataset_${serial}`, project_id: projectId, rows: 10_000, ...times };
  return {
    'project.created': project,
    'project.updated': { ...project, name: 'My renamed Project' },
    'project.deleted': { id: projectId },
    'model.created': { ...model, status: 'created' },
    'model.updated': { ...model, status: 'training' },
    'model.deleted': { id: modelId },
    'model.trained': { ...model, status: 'trained', metrics },
    'model.deployed': { ...model, status: 'deployed' },
    'prediction.created': { ...prediction, output: null },
    'prediction.updated': prediction,
    'prediction.deleted': { id: prediction.id },
    'prediction.completed': prediction,
    'dataset.created': dataset,
    'dataset.updated': { ...dataset, rows: 12_000 },
    'dataset.deleted': { id: dataset.id },
    'dataset.processed': { ...dataset, status: 'processed' },
  };
}
