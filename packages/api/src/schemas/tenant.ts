import { textLike } from './components.js';

/** What is said of it to those who cannot name one. */
export const FOR_OPERATORS = '`tenant` is for operators alone: it comes from the authentication';

/** A tenant's name. */
export const tenantName = textLike(
  /^[A-Za-z0-9_.:-]{1,128}$/,
  'a name of 1 to 128 letters, digits, `_`, `.`, `:` or `-`',
);
