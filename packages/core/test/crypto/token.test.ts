import { describe, expect, it } from 'vitest';
import { implementations, keyOf } from './implementations.js';

const TOKEN = 'glpat-Token_of-32-characters-é!';

const OTHERS: Record<string, string> = {
  empty: '',
  'its first half': TOKEN.slice(0, 16),
  'one character less': TOKEN.slice(0, -1),
  'one character more': `${TOKEN}!`,
  'another case': TOKEN.toLowerCase(),
  'white space around it': ` ${TOKEN} `,
  'another one of the same length': TOKEN.replace('T', 'U'),
  'the same letter decomposed': TOKEN.normalize('NFD'),
  'its bytes in hex': Buffer.from(TOKEN).toString('hex'),
};

describe.each(implementations)('tokens by $name', ({ crypto }) => {
  const key = keyOf(crypto, 'token', Buffer.from(TOKEN));
  const verify = async (value: string): Promise<boolean> =>
    (await key).verify([], [{ algorithm: 'token', encoding: 'text', value }]);

  it('are sent as they are and accepted, whatever the content', async () => {
    expect(await (await key).sign(['content'], 'text')).toBe(TOKEN);
    expect(await verify(TOKEN)).toBe(true);
    const both = [
      { algorithm: 'token', encoding: 'text', value: 'wrong' },
      { algorithm: 'token', encoding: 'text', value: TOKEN },
    ] as const;
    expect(await (await key).verify(['other content'], both)).toBe(true);
  });

  it.each(Object.entries(OTHERS))('%s is refused', async (_name, value) => {
    expect(value).not.toBe(TOKEN);
    expect(await verify(value)).toBe(false);
  });

  it('are not compared with signatures of another algorithm', async () => {
    const given = [{ algorithm: 'hmac-sha256', encoding: 'text', value: TOKEN }] as const;
    expect(await (await key).verify([], given)).toBe(false);
  });
});
