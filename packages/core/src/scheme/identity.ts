import { isVisibleAscii } from '../bytes/utf8.js';
import { malformedHeader } from '../request/header-reader.js';

const MAX_LENGTH = 256;

/** The rule that {@link isIdentity} checks, for error messages. */
export const IDENTITY_RULE = `1 to ${MAX_LENGTH} visible ASCII characters`;

/** Whether a text can be an id: visible ASCII, at most 256 bytes, without the signed content's delimiter. */
export function isIdentity(text: string, delimiter = ''): boolean {
  if (text.length === 0 || text.length > MAX_LENGTH || !isVisibleAscii(text)) return false;
  return delimiter === '' || !text.includes(delimiter);
}

/** The id of a header, or `malformed_header`. */
export function checkedId(id: string, header: string, delimiter: string): string {
  if (isIdentity(id, delimiter)) return id;
  throw malformedHeader(
    header,
    `must be ${IDENTITY_RULE}${delimiter === '' ? '' : ` without \`${delimiter}\``}`,
  );
}
