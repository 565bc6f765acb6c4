import { describe, expect, onTestFinished, test } from 'vitest';
import { number } from '../../packages/postgres/src/client/row.js';
import { describeWithPostgres } from '../services/services.js';
import { libraries } from './libraries.js';

const STATEMENT = `
  SELECT $2::integer AS second, $1::text AS first, $1::text AS again, '?' AS mark,
    $3::boolean AS truth, $4::text AS nothing, $5::text::json ->> 'a' AS inside, $6::bigint AS most`;

describeWithPostgres('a statement through', () => {
  describe.each(Object.entries(libraries))('%s', (_, open) => {
    test('has its parameters by number, each as often as it stands there, and question marks as they are', async () => {
      const library = await open();
      onTestFinished(() => library.close());
      await library.transaction(async (client) => {
        const values = [`it's "$2"? ä`, 7, true, null, '{"a":"$1?"}', Number.MAX_SAFE_INTEGER];
        const { rows } = await client.query(STATEMENT, values);
        const [first, second, truth, nothing] = values;
        const strings = { mark: '?', inside: '$1?' };
        expect(rows).toMatchObject([{ first, again: first, second, truth, nothing, ...strings }]);
        expect(number(rows[0] ?? {}, 'most')).toBe(Number.MAX_SAFE_INTEGER);
      });
    });
  });
});
