import { describe, expect, it } from 'vitest';
import { canonicalMembers, pythonJson } from '../../../src/providers/rag-engine/canonical-json.js';
import {
  CanonicalJsonError,
  type CanonicalJsonReason,
} from '../../../src/providers/rag-engine/canonical-json-error.js';
import { SeededRandom } from './seeded-random.js';

type Outcome = string | readonly [reason: CanonicalJsonReason, offset: number];

function outcome(action: () => unknown): Outcome {
  try {
    action();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof CanonicalJsonError)) throw error;
    return [error.reason, error.offset];
  }
}

const REFUSED: readonly (readonly [json: string, reason: CanonicalJsonReason, offset: number])[] = [
  ['', 'unexpected_end', 0],
  [' \t\r\n', 'unexpected_end', 4],
  ['[', 'unexpected_end', 1],
  ['[1', 'unexpected_end', 2],
  ['[1,', 'unexpected_end', 3],
  ['{"a"', 'unexpected_end', 4],
  ['{"a":', 'unexpected_end', 5],
  ['"abc', 'unexpected_end', 4],
  ['"\\', 'unexpected_end', 2],
  ['"\\u00', 'unexpected_end', 5],
  ['-', 'unexpected_end', 1],
  ['1.', 'unexpected_end', 2],
  ['1e', 'unexpected_end', 2],
  ['[,1]', 'unexpected_character', 1],
  ['[1,]', 'unexpected_character', 3],
  ['[1 2]', 'unexpected_character', 3],
  ['[1}', 'unexpected_character', 2],
  ['{"a":1]', 'unexpected_character', 6],
  ['{,}', 'unexpected_character', 1],
  ['{"a":1,}', 'unexpected_character', 7],
  ['{"a" 1}', 'unexpected_character', 5],
  ['{"a"::1}', 'unexpected_character', 5],
  ['{a:1}', 'unexpected_character', 1],
  ["{'a':1}", 'unexpected_character', 1],
  ['{1:1}', 'unexpected_character', 1],
  ['+1', 'unexpected_character', 0],
  ['.5', 'unexpected_character', 0],
  ['1.e5', 'unexpected_character', 2],
  ['1e+', 'unexpected_end', 3],
  ['1e+-1', 'unexpected_character', 3],
  ['--1', 'unexpected_character', 1],
  ['True', 'unexpected_character', 0],
  ['nul', 'unexpected_character', 0],
  ['undefined', 'unexpected_character', 0],
  ['/* */1', 'unexpected_character', 0],
  ['[1]]', 'trailing_content', 3],
  ['{} {}', 'trailing_content', 3],
  ['nullx', 'trailing_content', 4],
  ['0x10', 'trailing_content', 1],
  ['1n', 'trailing_content', 1],
  ['1\0', 'trailing_content', 1],
  ['\ufeff1', 'byte_order_mark', 0],
  ['1\ufeff', 'trailing_content', 1],
  ['\u00a01', 'unexpected_character', 0],
  ['\v1', 'unexpected_character', 0],
  ['\f1', 'unexpected_character', 0],
  ['[1,\u20282]', 'unexpected_character', 3],
  ['"\n"', 'control_character', 1],
  ['"a\u001f"', 'control_character', 2],
  ['"\0"', 'control_character', 1],
  ['"\\x41"', 'bad_escape', 1],
  ['"\\\'"', 'bad_escape', 1],
  ['"\\U0041"', 'bad_escape', 1],
  ['"\\u00g0"', 'bad_escape', 1],
  ['"\\u+041"', 'bad_escape', 1],
  ['"\\u12"', 'bad_escape', 1],
  ['"\\\u2028"', 'bad_escape', 1],
  ['"\ud83d"', 'lone_surrogate', 1],
  ['"\ude00\ud83d"', 'lone_surrogate', 1],
  ['"\\ud83d\ude00"', 'lone_surrogate', 7],
  ['"\ud83d\\ude00"', 'lone_surrogate', 1],
  ['01', 'leading_zero', 0],
  ['-01', 'leading_zero', 1],
  ['00', 'leading_zero', 0],
  ['[00.5]', 'leading_zero', 1],
  ['NaN', 'non_finite_number', 0],
  ['[Infinity]', 'non_finite_number', 1],
  ['-Infinity', 'non_finite_number', 0],
  ['{"a":1,"a":1}', 'duplicate_key', 7],
  ['{"a":1,"\\u0061":2}', 'duplicate_key', 7],
  ['{"\u{1f600}":1,"b":0,"\\ud83d\\uDE00":2}', 'duplicate_key', 14],
  ['{"\\uffff":1,"\uffff":2}', 'duplicate_key', 12],
  ['{"":1,"":2}', 'duplicate_key', 6],
  ['{"__proto__":1,"__proto__":2}', 'duplicate_key', 15],
  ['{"\\ud800":1,"\\uD800":2}', 'duplicate_key', 12],
  ['[{"x":{"1":1,"2":2,"1":3}}]', 'duplicate_key', 19],
  ['[{"a":1},{"a":1,"a":1}]', 'duplicate_key', 16],
];

describe('refused in any position', () => {
  it.each(REFUSED)('%j: %s at %i', (json, reason, offset) => {
    expect(outcome(() => pythonJson(json))).toEqual([reason, offset]);
  });

  it('also by the receiver, whatever the member', () => {
    for (const [json, reason, offset] of REFUSED) {
      if (reason === 'unexpected_end' || reason === 'trailing_content' || reason === 'byte_order_mark')
        continue;
      expect(
        outcome(() => canonicalMembers(`{"other":${json}}`)),
        json,
      ).toEqual([reason, offset + 9]);
    }
  });

  it('without a word of the content in the error', () => {
    expect(() => pythonJson('{"secret":1,"secret":2}')).toThrow(
      expect.objectContaining({
        name: 'CanonicalJsonError',
        message: 'JSON refused: duplicate_key at offset 12',
      }),
    );
    expect(() => pythonJson('{"secret":1,"secret":2}')).toThrow(SyntaxError);
  });
});

describe('refused by the sender alone', () => {
  it.each(['1e999', '-1e309', '[1.7976931348623159e308]', `1${'0'.repeat(400)}.0`])(
    '%s overflows',
    (json) => {
      expect(outcome(() => pythonJson(json))).toEqual(['number_out_of_range', json.startsWith('[') ? 1 : 0]);
      expect(outcome(() => canonicalMembers(`{"data":${json}}`))).toBe('accepted');
    },
  );

  it('integers of more digits than Python converts', () => {
    const [longest, longer] = ['9'.repeat(4300), '9'.repeat(4301)];
    expect(pythonJson(`-${longest}`)).toBe(`-${longest}`);
    expect(outcome(() => pythonJson(longer))).toEqual(['integer_too_long', 0]);
    expect(outcome(() => pythonJson(`-${longer}`))).toEqual(['integer_too_long', 0]);
  });
});

describe('refused by the receiver alone', () => {
  it.each(['[]', '"a"', '1', 'null', ' [{"data":1}]'])('%s is no object', (json) => {
    expect(outcome(() => canonicalMembers(json))).toEqual(['root_not_object', 0]);
  });

  it('a duplicate at the root', () => {
    expect(outcome(() => canonicalMembers('{"data":1,"event":2,"\\u0064ata":1}'))).toEqual([
      'duplicate_key',
      20,
    ]);
  });

  it('more than 1,000 members at the root, none below it', () => {
    const object = (size: number) => `{${Array.from({ length: size }, (_, index) => `"${index}":0`).join()}}`;
    expect(canonicalMembers(object(1000)).size).toBe(1000);
    expect(outcome(() => canonicalMembers(object(1001)))).toEqual(['too_many_members', 0]);
    expect(outcome(() => canonicalMembers(`{"data":${object(5000)}}`))).toBe('accepted');
  });
});

describe('depth', () => {
  const arrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const objects = (depth: number) => `${'{"a":'.repeat(depth - 1)}{}${'}'.repeat(depth - 1)}`;
  const mixed = (depth: number) => `${'[{"a":'.repeat(depth / 2)}0${'}]'.repeat(depth / 2)}`;

  it.each([arrays, objects, mixed])('100 containers inside each other pass on both sides', (nested) => {
    const written = pythonJson(nested(100));
    expect(canonicalMembers(`{"data":${nested(100)}}`).get('data')).toBe(written);
  });

  it('101 are refused where the last one opens', () => {
    expect(outcome(() => pythonJson(arrays(101)))).toEqual(['too_deep', 100]);
    expect(outcome(() => pythonJson(`[${'1,'.repeat(500)}${arrays(101)}]`))).toEqual([
      'too_deep',
      1000 + 100,
    ]);
    expect(outcome(() => canonicalMembers(`{"data":${arrays(101)}}`))).toEqual(['too_deep', 8 + 100]);
    expect(outcome(() => canonicalMembers(`{"data":${objects(101)}}`))).toEqual(['too_deep', 8 + 500]);
    expect(outcome(() => canonicalMembers(`{"other":${arrays(101)}}`))).toEqual(['too_deep', 9 + 100]);
  });

  it('counts what is open, not what was', () => {
    expect(pythonJson(`[${`${arrays(99)},`.repeat(300)}{}]`)).toHaveLength(2 + 300 * (99 * 2 + 2) + 2);
  });
});

describe('the grammar', () => {
  const OURS: readonly string[] = ['duplicate_key', 'lone_surrogate', 'too_deep', 'number_out_of_range'];

  it("is JSON.parse's, but for the refusals of our own, on 10,000 mutilated texts", () => {
    const random = new SeededRandom(2);
    const verdicts = new Set<string>();
    const disagreements: string[] = [];
    for (let round = 0; round < 10_000; round++) {
      const json = mutilate(JSON.stringify(random.value(3)), random);
      const ours = outcome(() => pythonJson(json));
      const verdict = typeof ours === 'string' ? ours : ours[0];
      verdicts.add(verdict);
      if (!OURS.includes(verdict) && (verdict === 'accepted') !== isJson(json)) disagreements.push(json);
    }
    expect(disagreements).toEqual([]);
    expect([...verdicts]).toEqual(
      expect.arrayContaining(['accepted', 'bad_escape', 'leading_zero', 'trailing_content']),
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function mutilate(json: string, random: SeededRandom): string {
  let text = json;
  for (let edits = random.below(3); edits >= 0; edits--) {
    const at = random.below(text.length + 1);
    const piece = random.pick(
      '',
      '"',
      '\\',
      '0',
      '-',
      '.',
      'e',
      ',',
      ':',
      '[',
      ']',
      '{',
      '}',
      ' ',
      'u',
      '\n',
      '1',
      'null',
      '\\u',
    );
    text = text.slice(0, at) + piece + text.slice(at + random.below(2));
  }
  return text;
}
