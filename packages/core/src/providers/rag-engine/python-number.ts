import { CanonicalJsonError } from './canonical-json-error.js';

// CPython's default of sys.set_int_max_str_digits: past it, json.loads raises.
const MAX_INTEGER_DIGITS = 4300;

/**
 * The text that Python's `json.dumps` writes for the number that its `json.loads` reads from a JSON literal: an
 * integer keeps its digits, a literal with `.`, `e` or `E` becomes the `repr` of its double.
 *
 * @throws {CanonicalJsonError} at `offset`, when the double would be infinite or Python refuses so long an integer
 */
export function pythonNumber(literal: string, offset: number): string {
  if (/[.eE]/.test(literal)) {
    const value = Number(literal);
    if (!Number.isFinite(value)) throw new CanonicalJsonError('number_out_of_range', offset);
    return pythonFloat(value);
  }
  const digits = literal.startsWith('-') ? literal.length - 1 : literal.length;
  if (digits > MAX_INTEGER_DIGITS) throw new CanonicalJsonError('integer_too_long', offset);
  return literal === '-0' ? '0' : literal;
}

/** Python's `repr` of a finite double. Both languages choose the shortest digits that read back; only the form differs. */
function pythonFloat(value: number): string {
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const scientific = Math.abs(value).toExponential();
  const mark = scientific.indexOf('e');
  const mantissa = scientific.slice(0, mark);
  const exponent = Number(scientific.slice(mark + 1));
  if (exponent < -4 || exponent >= 16) {
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const digits = mantissa.replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
