import { describe, expect, it } from 'vitest';
import { canonicalMembers } from '../../../src/providers/rag-engine/canonical-json.js';
import { askPython } from './python.js';

const RANDOM_DOCUMENTS = 1500;

const DATA: Record<string, string> = {
  'the sample of the document': '{"document_id": "d-1", "filename": "résumé.pdf", "size_bytes": 1048576}',
  floats:
    '[1.0, -0.0, 0.0, 1e-4, 1e-5, 1e-7, 1e15, 1e16, 1e22, 5e-324, 1.7976931348623157e308, 123456789012345680.0, 0.1]',
  'integers beyond 2^53 and of 40 digits':
    '[0, -1, 9007199254740993, -9007199254740993, 1234567890123456789012345678901234567890, -1000000000000000000000000000000000000000]',
  'names that UTF-16 would sort otherwise':
    '{"\u{1f600}": 1, "\uffff": 2, "\ue000": 3, "\ufb01": 4, "\u{10000}": 5, "\u{10ffff}": 6, "\ud7ff": 7, "z": 8, "é": 9}',
  'names that differ behind a shared prefix':
    '{"a\u{1f600}": 1, "a\uffff": 2, "a\uffff\u0000": 3, "a\uffff\u{10000}": 4, "a": 5, "": 6, "A": 7, "\uffff\uffff": 8}'.replaceAll(
      '\0',
      '\\u0000',
    ),
  'names with lone surrogates':
    '{"\\ud83d": 1, "\\ud83d\\ude00": 2, "\\ude00": 3, "\ue000": 4, "\\ud83dz": 5, "\\ud83d\uffff": 6, "\\ud83d\\ud83d\\ude00": 7, "\\udfff\\ud800": 8}',
  'names that look like numbers or like prototypes':
    '{"10": 1, "9": 2, "1e1": 3, "__proto__": 4, "constructor": {"toString": 5}}',
  'control characters, DEL, C1, U+2028': String.raw`["\u0000\u0001\u0008\u0009\u000a\u000b\u000c\u000d\u001f\u007e\u007f\u0080\u009f\u00a0\u2028\u2029\ufeff"]`,
  'quote, backslash, slash': String.raw`{"\"\\\/": "\"\\\/</script>"}`,
  'empty containers': '{"a": [], "b": {}, "c": [[], {}, [{}]], "d": ""}',
  'depth 100 of arrays': `${'['.repeat(100)}${']'.repeat(100)}`,
  'depth 100 of objects': `${'{"b": 1, "a": '.repeat(99)}{}${'}'.repeat(99)}`,
  'a bare string': '"\u{1f600}"',
  null: 'null',
};

const names = Object.keys(DATA);
const answers = askPython([
  ...names.map((name) => ['produce', DATA[name] ?? ''] as const),
  ...Array.from({ length: RANDOM_DOCUMENTS }, (_, seed) => ['generate', seed] as const),
]);

function receive(wire: string): Map<string, string> {
  const bytes = Buffer.from(wire, 'base64');
  return canonicalMembers(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
}

describe('the text that a Python producer signed is rebuilt from what its client posts', () => {
  it.each(names.map((name, index) => ({ name, answer: answers[index] ?? [] })))(
    '$name',
    ({ name, answer }) => {
      const [signed, ...wires] = answer;
      expect(wires).toHaveLength(3);
      // UTF-8 has no lone surrogates: httpx raises.
      expect(wires.includes(null)).toBe(name === 'names with lone surrogates');
      for (const wire of wires) {
        if (wire !== null) expect(receive(wire).get('data')).toBe(signed);
      }
    },
  );

  it(`${RANDOM_DOCUMENTS} random documents`, () => {
    let posted = 0;
    for (const [signed, ...wires] of answers.slice(names.length)) {
      for (const wire of wires) {
        if (wire === null) continue;
        posted++;
        expect(receive(wire).get('data')).toBe(signed);
      }
    }
    expect(posted).toBeGreaterThan(RANDOM_DOCUMENTS * 2.7);
  });
});

describe('canonicalMembers', () => {
  it('returns every root member under its decoded name, in source order', () => {
    const members = canonicalMembers(
      ' {"b" :"\\u00e9",\t"\\u0061":[ 1 ,2 ],\r\n"__proto__":{"z":null,"y":true}, "10":false} ',
    );
    expect([...members]).toEqual([
      ['b', '"\\u00e9"'],
      ['a', '[1, 2]'],
      ['__proto__', '{"y": true, "z": null}'],
      ['10', 'false'],
    ]);
    expect(canonicalMembers('{}').size).toBe(0);
  });

  it('keeps number literals as they are written', () => {
    const literals = ['-0', '1E5', '1.50', '0.10e+07', '1e999', '0e0', '9'.repeat(5000)];
    for (const literal of literals) expect(canonicalMembers(`{"data":${literal}}`).get('data')).toBe(literal);
  });

  it('gives the same text for every spelling of a string', () => {
    const spellings = [
      '"/é\u{1f600}A"',
      String.raw`"\/\u00e9\ud83d\ude00\u0041"`,
      String.raw`"/\u00E9\uD83D\uDE00A"`,
    ];
    for (const spelling of spellings) {
      expect(canonicalMembers(`{"data":${spelling}}`).get('data')).toBe(String.raw`"/\u00e9\ud83d\ude00A"`);
    }
  });
});
