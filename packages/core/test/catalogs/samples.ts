/** `data` of a payload as a provider's document shows it. Document 000 shows none. */
export type SampleData = Readonly<Record<string, unknown>>;

/** Document 001, "Webhook Payload". */
export const dcisionaiSamples = {
  projectCreated: {
    id: 'proj_1234567890',
    name: 'My Project',
    description: 'Project description',
    created_at: '2023-01-01T00:00:00Z',
    updated_at: '2023-01-01T00:00:00Z',
  },
  modelTrained: {
    id: 'model_1234567890',
    project_id: 'proj_1234567890',
    name: 'My Model',
    description: 'Model description',
    status: 'trained',
    metrics: { accuracy: 0.95, precision: 0.94, recall: 0.96, f1: 0.95 },
    created_at: '2023-01-01T00:00:00Z',
    updated_at: '2023-01-01T00:00:00Z',
  },
  predictionCompleted: {
    id: 'pred_1234567890',
    project_id: 'proj_1234567890',
    model_id: 'model_1234567890',
    input: { feature1: 0.5, feature2: 0.7 },
    output: { prediction: 0.8, confidence: 0.95 },
    created_at: '2023-01-01T00:00:00Z',
    updated_at: '2023-01-01T00:00:00Z',
  },
} as const satisfies Record<string, SampleData>;

/** Document 002, "Webhook Payload Format" (the first) and "Event Examples". */
export const aiPlatformSamples = {
  generalFormat: {
    job_id: '550e8400-e29b-41d4-a716-446655440000',
    status: 'completed',
    result: {},
  },
  optimizationCompleted: {
    job_id: '550e8400-e29b-41d4-a716-446655440000',
    status: 'completed',
    problem_type: 'MAXCUT',
    result: { solution: [0, 1, 0, 1], objective_value: 8.0, approximation_ratio: 0.95, execution_time: 300 },
  },
  visionCompleted: {
    job_id: '550e8400-e29b-41d4-a716-446655440000',
    status: 'completed',
    detections: [
      {
        class_name: 'person',
        confidence: 0.95,
        bounding_box: { x: 100, y: 50, width: 200, height: 300 },
      },
    ],
  },
  batchProgress: {
    job_id: '550e8400-e29b-41d4-a716-446655440000',
    total_images: 100,
    processed_images: 75,
    failed_images: 0,
    progress_percent: 75,
  },
  trainingProgress: {
    job_id: '550e8400-e29b-41d4-a716-446655440000',
    round: 5,
    accuracy: 0.92,
    loss: 0.23,
    total_rounds: 10,
  },
} as const satisfies Record<string, SampleData>;

/** Document 003, "Triggering from Use Cases": the members are its own, the values are not (it has variables there). */
export const ragEngineSamples = {
  documentUploaded: {
    document_id: '9b2f6c1e-3d5a-4c7b-8e1f-0a2b4c6d8e0f',
    filename: 'résumé.pdf',
    size_bytes: 48213,
  },
} as const satisfies Record<string, SampleData>;

/** Document 004: the body that "Testing Webhooks" shows, then every member of "Webhook Payload Format" with a value of its kind. */
export const empJobQueueSamples = {
  test: { job_id: 'test_job_123', job_type: 'test', job_status: 'pending' },
  everyMember: {
    job_id: 'job_123',
    job_type: 'comfyui',
    job_status: 'completed',
    worker_id: 'worker_7',
    machine_id: 'prod-cluster-2',
    progress: 100,
    result: { images: ['out.png'] },
    error: '',
  },
} as const satisfies Record<string, SampleData>;
