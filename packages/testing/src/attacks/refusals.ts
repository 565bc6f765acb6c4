import type { Refusal } from '../scene/scene.js';

/** A signature that matches no secret. */
export const mismatch: Refusal = { status: 401, code: 'signature_mismatch' };

/** A header whose syntax is wrong. */
export const malformed: Refusal = { status: 400, code: 'malformed_header' };
