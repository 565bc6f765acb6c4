import { textLike } from './components.js';

/** A tenant's name. */
export const tenantName = textLike(
  /^[A-Za-z0-9_.:-]{1,128}$/,
  'a name of 1 to 128 letters, digits, `_`, `.`, `:` or `-`',
);
