import { describe, expect, it } from 'vitest';
import { parseSignatureList } from '../../src/scheme/signature-list.js';

const spaced = { separator: ' ', assign: ',' };
const commas = { separator: ',', assign: '=' };
const semicolons = { separator: ';', assign: '=' };

describe('parseSignatureList', () => {
  it.each([
    ['v1,abc=', spaced, [['v1', 'abc=']]],
    [
      'v1,abc= v1a,def== v2,x',
      spaced,
      [
        ['v1', 'abc='],
        ['v1a', 'def=='],
        ['v2', 'x'],
      ],
    ],
    [
      't=1,v1=ab,v1=cd',
      commas,
      [
        ['t', '1'],
        ['v1', 'ab'],
        ['v1', 'cd'],
      ],
    ],
    [
      't=1, v1=ab',
      commas,
      [
        ['t', '1'],
        ['v1', 'ab'],
      ],
    ],
    [
      'ts=1;h1=ab',
      semicolons,
      [
        ['ts', '1'],
        ['h1', 'ab'],
      ],
    ],
    ['v1=a=b==', commas, [['v1', 'a=b==']]],
    ['v1,a,b', spaced, [['v1', 'a,b']]],
    [
      '__proto__=1,constructor=2',
      commas,
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    ],
  ])('reads %j', (text, syntax, entries) => {
    expect(parseSignatureList('x', text, syntax).map(({ key, value }) => [key, value])).toEqual(entries);
  });

  it.each([
    ['', spaced],
    [' ', spaced],
    ['v1', spaced],
    ['v1,', spaced],
    [',abc', spaced],
    ['v1,abc ', spaced],
    [' v1,abc', spaced],
    ['v1,abc  v1,def', spaced],
    ['v1,abc v1', spaced],
    ['', commas],
    ['t=1,', commas],
    ['t=1,,v1=ab', commas],
    ['t=1,v1', commas],
    ['t=1,v1=', commas],
    ['=1,v1=ab', commas],
    ['t:1;v1:ab', commas],
  ])('refuses %j (%j)', (text, syntax) => {
    expect(() => parseSignatureList('x-signature', text, syntax)).toThrow(
      expect.objectContaining({
        code: 'malformed_header',
        message: `header \`x-signature\` must be a list of \`key${syntax.assign}value\`, separated by "${syntax.separator}"`,
      }),
    );
  });

  it('takes 16 entries and refuses 17, whatever their keys', () => {
    const list = (count: number): string => Array.from({ length: count }, (_, i) => `v${i},abc`).join(' ');
    expect(parseSignatureList('x', list(16), spaced)).toHaveLength(16);
    expect(() => parseSignatureList('x', list(17), spaced)).toThrow(
      'header `x` must have at most 16 entries',
    );
    expect(() => parseSignatureList('x', `${list(16)} `, spaced)).toThrow(
      'header `x` must have at most 16 entries',
    );
  });
});
