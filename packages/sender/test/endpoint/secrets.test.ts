import { describe, expect, it, test } from 'vitest';
import {
  checkedOverlap,
  checkedSecretText,
  DEFAULT_OVERLAP_SECONDS,
  firstSecret,
  rotatedSecrets,
} from '../../src/endpoint/secrets.js';
import { createVault, secretContext } from '../../src/endpoint/vault.js';
import type { StoredSecret } from '../../src/ports/records.js';
import { refusal } from '../refusal.js';

const vault = createVault({ keys: [{ id: 'k', key: new Uint8Array(32) }] });
const HOUR = 3600;
const YEAR = 365 * 24 * HOUR;
const textsOf = (secrets: readonly StoredSecret[]) =>
  secrets.map(({ value }) => vault.open(value, secretContext('wh_1')));
const rotated = (before: readonly StoredSecret[], text: string, overlapSeconds: number) =>
  rotatedSecrets('wh_1', before, text, overlapSeconds, vault);

test('a first secret is sealed for its endpoint, and has no end', () => {
  const secrets = firstSecret('wh_1', 'first', vault);
  expect(secrets).toMatchObject([{ id: 's1' }]);
  expect(secrets[0]?.expiresInMs).toBeUndefined();
  expect(textsOf(secrets)).toEqual(['first']);
  expect(JSON.stringify(secrets)).not.toContain('first');
});

describe('rotation', () => {
  const first = firstSecret('wh_1', 'first', vault);

  it('puts the new one in front, and ends the old one after the overlap', () => {
    const secrets = rotated(first, 'second', HOUR);
    expect(secrets.map(({ id, expiresInMs }) => [id, expiresInMs])).toEqual([
      ['s2', undefined],
      ['s1', 3_600_000],
    ]);
    expect(textsOf(secrets)).toEqual(['second', 'first']);
  });

  it('leaves the end of an older one as it is', () => {
    const secrets = rotated(rotated(first, 'second', HOUR), 'third', 2 * HOUR);
    expect(secrets.map(({ id, expiresInMs }) => [id, expiresInMs])).toEqual([
      ['s3', undefined],
      ['s2', 7_200_000],
      ['s1', 3_600_000],
    ]);
  });

  it('without an overlap ends all others at once, those that had an end too', () => {
    const secrets = rotated(rotated(first, 'second', HOUR), 'third', 0);
    expect(secrets.map(({ id }) => id)).toEqual(['s3']);
    expect(textsOf(secrets)).toEqual(['third']);
  });

  it('keeps no more than 16, and lets the oldest go', () => {
    let secrets = first;
    for (let count = 2; count <= 20; count += 1) secrets = rotated(secrets, `secret ${count}`, HOUR);
    expect(secrets.map(({ id }) => id)).toEqual(Array.from({ length: 16 }, (_, index) => `s${20 - index}`));
  });

  it('never gives a name twice', () => {
    const names = new Set<string>();
    let secrets = first;
    for (const overlapSeconds of [HOUR, 0, HOUR, 0, 0]) {
      names.add(secrets[0]?.id ?? '');
      secrets = rotated(secrets, 'x', overlapSeconds);
    }
    expect(names.add(secrets[0]?.id ?? '').size).toBe(6);
  });

  it('goes on from names that somebody else gave', () => {
    const [secret] = rotated([{ id: 'imported', value: 'clear:x' }], 'new', HOUR);
    expect(secret?.id).toBe('s1');
  });
});

describe('an overlap', () => {
  it('is a day by default', () => {
    expect(checkedOverlap(undefined)).toBe(DEFAULT_OVERLAP_SECONDS);
    expect(DEFAULT_OVERLAP_SECONDS).toBe(86_400);
  });

  it.each([0, 0.5, 3600, YEAR])('may be %s s', (seconds) => {
    expect(checkedOverlap(seconds)).toBe(seconds);
  });

  it.each([[-1], [YEAR + 1], [Number.NaN], [Number.POSITIVE_INFINITY], ['3600'], [null], [{}]])(
    'may not be %s',
    (seconds) => {
      expect(refusal(() => checkedOverlap(seconds))).toMatchObject({
        code: 'invalid_input',
        field: 'overlapSeconds',
      });
    },
  );
});

describe('a secret', () => {
  it('is a text; its form is the provider’s affair', () => {
    expect(checkedSecretText('whsec_x')).toBe('whsec_x');
  });

  it.each([[undefined], [null], [12_345_678], [new Uint8Array(16)], [['x']]])(
    'that is none is refused and not told: %o',
    (secret) => {
      const error = refusal(() => checkedSecretText(secret));
      expect(error).toMatchObject({ field: 'secret', message: '`secret` must be a text' });
    },
  );
});
