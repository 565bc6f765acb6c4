import { z } from 'zod';
import { type DataSchema, type OpenData, openData } from './shapes.js';

/** Data of `document.uploaded`. */
export interface RagEngineDocumentUploaded extends OpenData {
  readonly document_id: string;
  readonly filename: string;
  readonly size_bytes: number;
}

/** Data of what happens to a document after its upload. */
export interface RagEngineDocument extends OpenData {
  readonly document_id?: string | undefined;
}

const documentUploaded: DataSchema<RagEngineDocumentUploaded> = z.looseObject({
  document_id: z.string(),
  filename: z.string(),
  size_bytes: z.number(),
});

const documentData: DataSchema<RagEngineDocument> = z.looseObject({ document_id: z.string().optional() });

/**
 * The seven event types of the `ragEngine` provider, each with the schema of its `data`.
 *
 * Source: the constants of the document's `WebhookEvent` class, which are what its code sends.
 * `document.upload` and `chat.session.created`, named in passing where the introduction explains what an
 * event is, are no constants and are not in the catalog; such an event would go to `onUnhandled`.
 * Modelled is `document.uploaded`, from the upload use case. The other document events are loose objects
 * with an optional `document_id`; chat and error events are loose objects.
 *
 * @example
 * import { createReceiver, memoryReplayStore } from '@countersign/core';
 * import { ragEngineEvents } from '@countersign/core/catalogs/rag-engine';
 * import { ragEngine } from '@countersign/core/providers/rag-engine';
 *
 * const receiver = createReceiver({
 *   provider: ragEngine,
 *   events: ragEngineEvents,
 *   secrets: () => process.env.WEBHOOK_SECRET,
 *   replay: memoryReplayStore(),
 * }).on('document.uploaded', (event) => {
 *   console.log(event.data.filename, event.data.size_bytes);
 * });
 */
export const ragEngineEvents = {
  'document.uploaded': documentUploaded,
  'document.deleted': documentData,
  'document.indexed': documentData,
  'document.failed': documentData,
  'chat_turn.created': openData,
  'chat_session.summarized': openData,
  'error.occurred': openData,
} as const;
