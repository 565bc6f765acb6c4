import { describe, expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import { type RagEngineDocumentUploaded, ragEngineEvents } from '../../src/catalogs/rag-engine.js';
import { describeCatalog } from './describe-catalog.js';
import { ragEngineSamples as samples } from './samples.js';

describe('ragEngineEvents', () => {
  describeCatalog(ragEngineEvents, {
    types: [
      'document.uploaded',
      'document.deleted',
      'document.indexed',
      'document.failed',
      'chat_turn.created',
      'chat_session.summarized',
      'error.occurred',
    ],
    shown: [['document.uploaded', samples.documentUploaded]],
    payloads: [
      {
        types: ['document.uploaded'],
        data: samples.documentUploaded,
        members: { document_id: 'string', filename: 'string', size_bytes: 'number' },
      },
      {
        types: ['document.deleted', 'document.indexed', 'document.failed'],
        data: { document_id: 'doc_1' },
        members: { document_id: 'string?' },
      },
      { types: ['chat_turn.created', 'chat_session.summarized', 'error.occurred'], data: {}, members: {} },
    ],
  });

  test('has 7 event types', () => {
    expect(Object.keys(ragEngineEvents)).toHaveLength(7);
  });

  test('leaves out the names that only illustrate what an event is', () => {
    expect(ragEngineEvents).not.toHaveProperty(['document.upload']);
    expect(ragEngineEvents).not.toHaveProperty(['chat.session.created']);
  });
});

// Checked by the compiler.
type Data = z.output<(typeof ragEngineEvents)['document.uploaded']>;
expectTypeOf<Data>().toEqualTypeOf<RagEngineDocumentUploaded>();
expectTypeOf<Data['size_bytes']>().toEqualTypeOf<number>();
