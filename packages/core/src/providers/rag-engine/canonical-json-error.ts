/**
 * Why a JSON text has no canonical form.
 *
 * | reason | meaning |
 * |---|---|
 * | `unexpected_character`, `unexpected_end`, `trailing_content` | not JSON |
 * | `byte_order_mark` | U+FEFF before the value |
 * | `control_character`, `bad_escape` | not allowed in a JSON string |
 * | `lone_surrogate` | a surrogate without its partner, not written as an escape: no UTF-8 text contains one |
 * | `leading_zero` | such as `01` |
 * | `non_finite_number` | `NaN`, `Infinity`, `-Infinity`: Python writes them by default, JSON has none |
 * | `number_out_of_range` | a literal such as `1e999`, which no finite double represents |
 * | `integer_too_long` | more digits than Python converts |
 * | `duplicate_key` | two members of one object with the same decoded name |
 * | `too_deep` | more containers inside each other than the limit |
 * | `root_not_object`, `too_many_members` | the body itself is not an object, or has too many members |
 */
export type CanonicalJsonReason =
  | 'unexpected_character'
  | 'unexpected_end'
  | 'trailing_content'
  | 'byte_order_mark'
  | 'control_character'
  | 'bad_escape'
  | 'lone_surrogate'
  | 'leading_zero'
  | 'non_finite_number'
  | 'number_out_of_range'
  | 'integer_too_long'
  | 'duplicate_key'
  | 'too_deep'
  | 'root_not_object'
  | 'too_many_members';

/**
 * A JSON text without a canonical form. The message holds the reason and the offset, never the content.
 *
 * @example
 * try {
 *   canonicalMembers('{"a": 01}');
 * } catch (error) {
 *   if (error instanceof CanonicalJsonError) error.reason; // 'leading_zero', error.offset: 6
 * }
 */
export class CanonicalJsonError extends SyntaxError {
  override readonly name = 'CanonicalJsonError';
  readonly reason: CanonicalJsonReason;
  /** Where the text went wrong, in UTF-16 code units from its start. */
  readonly offset: number;

  constructor(reason: CanonicalJsonReason, offset: number) {
    super(`JSON refused: ${reason} at offset ${offset}`);
    this.reason = reason;
    this.offset = offset;
  }
}
