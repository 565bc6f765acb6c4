import type { Refusal } from './scene.js';

/** A signature that matches no secret. */
export const mismatch: Refusal = { status: 401, code: 'signature_mismatch' };

/** A header whose syntax is wrong. */
export const malformed: Refusal = { status: 400, code: 'malformed_header' };

/** A body over the limit. */
export const tooLarge: Refusal = { status: 413, code: 'body_too_large' };

/** A copy while another one is being processed. */
export const inProgress: Refusal = { status: 503, code: 'in_progress', afterClaim: true };
