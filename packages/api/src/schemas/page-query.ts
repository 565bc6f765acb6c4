import { z } from 'zod';
import { components, text, wholeNumber } from './components.js';

/** The part of a list. */
export const pageQuery = {
  limit: z
    .preprocess(numberOf, wholeNumber(1, 500))
    .optional()
    .register(components, { description: 'Entries of a page.', default: 50 }),
  cursor: text(1024, 1).optional().register(components, { description: '`next_cursor` of the page before.' }),
};

// What is not written in digits alone stays a text, which is refused.
function numberOf(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
}
