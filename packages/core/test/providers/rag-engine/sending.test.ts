import { describe, expect, it } from 'vitest';
import { canonicalMembers, pythonJson } from '../../../src/providers/rag-engine/canonical-json.js';
import { askPython } from './python.js';
import { SeededRandom } from './seeded-random.js';

const LITERALS: Record<string, string> = {
  '0': '0',
  '-0': '0',
  '-12': '-12',
  '9007199254740993': '9007199254740993',
  '1234567890123456789012345678901234567890': '1234567890123456789012345678901234567890',
  [`-${'9'.repeat(4300)}`]: `-${'9'.repeat(4300)}`,
  '1.0': '1.0',
  '1.50': '1.5',
  '-0.0': '-0.0',
  '-0e5': '-0.0',
  '0E-5': '0.0',
  '1E5': '100000.0',
  '1e+2': '100.0',
  '0.0001': '0.0001',
  '0.00001': '1e-05',
  '0.000012345': '1.2345e-05',
  '1e-7': '1e-07',
  '1e15': '1000000000000000.0',
  '9999999999999998.0': '9999999999999998.0',
  '1e16': '1e+16',
  '1e22': '1e+22',
  '1e100': '1e+100',
  '123456789012345680.0': '1.2345678901234568e+17',
  '-123456.789e3': '-123456789.0',
  '5e-324': '5e-324',
  '-1e-400': '-0.0',
  '1.7976931348623157e308': '1.7976931348623157e+308',
  '2.2250738585072014e-308': '2.2250738585072014e-308',
  '9007199254740993.0': '9007199254740992.0',
  [`0.${'0'.repeat(20_000)}1e20001`]: '1.0',
  [`1${'0'.repeat(400)}e-400`]: '1.0',
  [`1.${'0'.repeat(900)}1`]: '1.0',
};

const random = new SeededRandom(1);

function bitsOf(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

function neighbours(value: number): number[] {
  const view = new DataView(new ArrayBuffer(8));
  return [-1n, 0n, 1n].map((step) => {
    view.setFloat64(0, value);
    view.setBigUint64(0, view.getBigUint64(0) + step);
    return view.getFloat64(0);
  });
}

const powers = Array.from({ length: 640 }, (_, index) => Number(`1e${index - 325}`)).filter(
  (x) => x > 0 && x < Infinity,
);
const doubles = [...Array.from({ length: 2000 }, () => random.double()), ...powers.flatMap(neighbours)];
const texts = Array.from({ length: 1500 }, () => JSON.stringify(random.object()));
texts.push(
  ...['null', '""', '[]', '{}', '1e21', '"\\ud800"'],
  JSON.stringify({ text: `${'x'.repeat(1e5)}é` }),
);

const literals = Object.keys(LITERALS);
const answers = askPython([
  ...literals.map((literal) => ['redump', literal] as const),
  ...doubles.map((value) => ['repr', bitsOf(value)] as const),
  ...texts.flatMap((text) => [['redump', text] as const, ['redump', pythonJson(text)] as const]),
]).map(([answer]) => answer);
const [ofLiterals, ofDoubles, ofTexts] = [
  answers.splice(0, literals.length),
  answers.splice(0, doubles.length),
  answers,
];

describe('numbers are spelled as Python spells them', () => {
  it.each(literals.map((literal, index) => ({ literal, label: literal.slice(0, 45), index })))(
    '$label',
    ({ literal, index }) => {
      expect(pythonJson(literal)).toBe(LITERALS[literal]);
      expect(pythonJson(literal)).toBe(ofLiterals[index]);
    },
  );

  it(`${doubles.length} doubles: all exponents, and the neighbours of every power of ten`, () => {
    for (const [index, value] of doubles.entries()) {
      for (const literal of [
        value.toExponential(),
        value.toExponential(16),
        value.toExponential().replace('e', 'E'),
      ]) {
        expect(pythonJson(literal), literal).toBe(ofDoubles[index]);
      }
    }
  });
});

describe('what the sender writes', () => {
  it(`is what Python makes of ${texts.length} random values, and stays the same when it dumps again`, () => {
    for (const [index, text] of texts.entries()) {
      expect(pythonJson(text)).toBe(ofTexts[2 * index]);
      expect(pythonJson(text)).toBe(ofTexts[2 * index + 1]);
    }
  });

  it('is its own canonical form and the one that the receiver rebuilds', () => {
    for (const text of texts) {
      const written = pythonJson(text);
      expect(pythonJson(written)).toBe(written);
      expect(canonicalMembers(`{"event":"x","data":${written}}`).get('data')).toBe(written);
    }
  });
});
