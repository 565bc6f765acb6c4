import type { ragEngineEvents } from '@countersign/core/catalogs/rag-engine';
import type { Samples, Serial } from './samples.js';

export function ragEngineSamples(serial: Serial): Samples<typeof ragEngineEvents> {
  const document_id = `9b2f6c1e-3d5a-4c7b-8e1f-${String(serial).padStart(12, '0')}`;
  const session_id = `session_${serial}`;
  return {
    // What Python escapes and rounds in its own way is part of the signature.
    'document.uploaded': { document_id, filename: 'Résumé 📄.pdf', size_bytes: 48_213 },
    'document.deleted': { document_id },
    'document.indexed': { document_id, chunks: 17, embedding_norm: 1e-7 },
    'document.failed': { document_id, error: 'encrypted "PDF"' },
    'chat_turn.created': { session_id, turn: 3, question: 'ما هي الويب هوكس؟', sources: [document_id] },
    'chat_session.summarized': { session_id, summary: 'Two questions about invoices.', turns: 4 },
    'error.occurred': { error_id: serial, code: 'llm_timeout', after_seconds: 30.5 },
  };
}
