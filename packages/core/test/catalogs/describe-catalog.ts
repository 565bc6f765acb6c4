import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { SampleData } from './samples.js';

/** Values of each kind that a schema must accept unchanged, and values that it must refuse. */
const kinds = {
  string: { good: ['', 'text', 'é'], bad: [1, true, null, {}, ['text']] },
  number: { good: [0, -1.5, 1e21], bad: ['1', true, null, {}, [1]] },
  percent: { good: [0, 33.3, 100], bad: [-0.5, 100.5, '50', null] },
  dateTime: {
    good: ['2023-01-01T00:00:00Z', '2024-02-29T23:59:59.123456+02:00'],
    bad: ['', 'yesterday', '2023-01-01', '2023-01-01T00:00:00', '2023-02-29T00:00:00Z', 1672531200, null],
  },
  object: { good: [], bad: ['text', 1, null, []] },
  array: { good: [[]], bad: ['text', 1, null, {}] },
  anything: { good: ['text', 1, null, [], {}], bad: [] },
} as const;

type Kind = keyof typeof kinds;

/** One form of `data`, and the event types that have it. */
export interface Payload {
  readonly types: readonly string[];
  /** Data that has every modelled member. */
  readonly data: SampleData;
  /** Every modelled member: its dotted path and its kind, with `?` where it may be absent. */
  readonly members: Readonly<Record<string, Kind | `${Kind}?`>>;
  /** Paths of objects whose members are not modelled. */
  readonly bags?: readonly string[];
}

interface Expected {
  /** The event types of the provider's document. */
  readonly types: readonly string[];
  /** The payloads that the document shows. */
  readonly shown: readonly (readonly [type: string, data: SampleData])[];
  readonly payloads: readonly Payload[];
}

/** What every catalog promises; a catalog's own test says what its document says. */
export function describeCatalog(
  catalog: Readonly<Record<string, z.ZodType>>,
  { types, shown, payloads }: Expected,
): void {
  // As the receiver does it: through Standard Schema.
  const validate = (type: string, data: unknown) => {
    const schema = catalog[type];
    if (schema === undefined) throw new Error(`no schema for ${type}`);
    return schema['~standard'].validate(data);
  };
  const expectUnchanged = async (type: string, data: unknown) => {
    const before = structuredClone(data);
    expect(await validate(type, data)).toStrictEqual({ value: before });
    expect(data).toStrictEqual(before);
  };
  const expectRefusedAt = async (type: string, data: unknown, path: readonly (string | number)[]) => {
    const result = await validate(type, data);
    expect(result.issues?.map((issue) => issue.path ?? [])).toStrictEqual([path]);
  };

  test('has exactly the event types of the document', () => {
    expect(Object.keys(catalog).sort()).toStrictEqual([...types].sort());
  });

  test('is described here type by type', () => {
    expect(payloads.flatMap((payload) => payload.types).sort()).toStrictEqual([...types].sort());
  });

  test.each(shown)('%s as the document shows it parses unchanged', async (type, data) => {
    await expectUnchanged(type, data);
  });

  describe.each(payloads.flatMap((payload) => payload.types.map((type) => ({ type, ...payload }))))(
    '$type',
    ({ type, data, members, bags = [] }) => {
      test('refuses data that is no object', async () => {
        for (const value of [undefined, null, 'text', 1, true, [], [data]])
          await expectRefusedAt(type, value, []);
      });

      if (Object.keys(members).length > 0) {
        test('is described here member by member', () => {
          expect(pathsOf(data, bags).sort()).toStrictEqual(Object.keys(members).sort());
        });

        test('refuses a member of the wrong kind, at its path', async () => {
          for (const [path, kind] of Object.entries(members)) {
            for (const value of kinds[kindOf(kind)].bad) {
              await expectRefusedAt(type, withMember(data, path, value), segments(path));
            }
          }
        });

        test('passes a member of the right kind unchanged', async () => {
          for (const [path, kind] of Object.entries(members)) {
            for (const value of kinds[kindOf(kind)].good)
              await expectUnchanged(type, withMember(data, path, value));
          }
        });

        test('asks for the required members and for no others', async () => {
          for (const [path, kind] of Object.entries(members)) {
            const without = withMember(data, path, absent);
            if (kind.endsWith('?')) await expectUnchanged(type, without);
            else await expectRefusedAt(type, without, segments(path));
          }
        });
      }

      test('keeps unknown members, at every depth and of any kind', async () => {
        const objects = [
          '',
          ...Object.keys(members).filter((path) => kindOf(members[path]) === 'object'),
          ...bags,
        ];
        for (const path of objects) {
          for (const value of ['text', 1, null, [null], { deep: [{ deeper: true }] }]) {
            await expectUnchanged(
              type,
              withMember(data, path === '' ? 'added_later' : `${path}.added_later`, value),
            );
          }
        }
      });

      test('demands nothing of members that this type does not model', async () => {
        for (const name of [
          'id',
          'job_id',
          'model_id',
          'document_id',
          'project_id',
          'status',
          'result',
          'name',
          'created_at',
        ]) {
          if (name in members) continue;
          for (const value of ['text', 1, null, [], {}])
            await expectUnchanged(type, { ...data, [name]: value });
        }
      });

      test('a __proto__ member neither passes nor becomes the prototype', async () => {
        const hostile: unknown = JSON.parse(
          `{"__proto__":{"admin":true},${JSON.stringify({ ...data, z: 0 }).slice(1)}`,
        );
        expect(await validate(type, hostile)).toStrictEqual({ value: { ...data, z: 0 } });
      });
    },
  );
}

const absent = Symbol('absent');

function kindOf(kind: string | undefined): Kind {
  return kind?.replace('?', '') as Kind;
}

function segments(path: string): (string | number)[] {
  return path.split('.').map((segment) => (/^\d+$/.test(segment) ? Number(segment) : segment));
}

/** A deep copy of `data` in which one member is set, or taken away. */
function withMember(data: SampleData, path: string, value: unknown): unknown {
  const copy = structuredClone(data);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce(
    (node, key) => node[key] as Record<string, unknown>,
    copy as Record<string, unknown>,
  );
  if (value === absent) delete parent[last];
  else parent[last] = value;
  return copy;
}

/** The dotted paths of all members and array elements, without what is in the bags. */
function pathsOf(value: unknown, bags: readonly string[], prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || bags.includes(prefix)) return [];
  return Object.entries(value).flatMap(([key, member]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    return [path, ...pathsOf(member, bags, path)];
  });
}
