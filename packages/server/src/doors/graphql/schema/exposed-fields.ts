import type { FieldMap, OutputRef } from '@pothos/core';
import type { Refusal } from '../../../domain/errors.ts';
import type { Caller } from '../../../domain/principal.ts';
import type { Builder, Types } from './builder.ts';

/** The types that a value can have. */
type TypeOf<Value> =
  | OutputRef<Value>
  | ([Value] extends [string] ? 'String' | 'ID' | 'Cursor' : never)
  | ([Value] extends [number] ? 'Int' | 'Float' | 'Milliseconds' : never)
  | ([Value] extends [boolean] ? 'Boolean' : never)
  | ([Value] extends [Date] ? 'DateTime' : never)
  | 'JSON';

type ExposedAs<Value> = null extends Value
  ? readonly [type: ListedTypeOf<NonNullable<Value>>, description: string, 'nullable']
  : readonly [type: ListedTypeOf<Value>, description: string];

type ListedTypeOf<Value> =
  | TypeOf<Value>
  | ([Value] extends [readonly (infer Item)[]] ? readonly [TypeOf<Item>] : never);

/** Properties that are exposed as they are: the type, what it means, and whether it may be null. */
type ExposedFields<Row> = { readonly [Key in keyof Row]?: ExposedAs<Row[Key]> };

type FieldBuilder<Row> = PothosSchemaTypes.ObjectFieldBuilder<Types, Row>;

export const exposed = <Row extends object>(t: FieldBuilder<Row>, fields: ExposedFields<Row>): FieldMap =>
  Object.fromEntries(
    Object.entries<ExposedAs<unknown>>(fields as never).map(([name, [type, description, nullable]]) => [
      name,
      t.expose(name as never, { type, description, nullable: nullable === 'nullable' } as never),
    ]),
  );

/** Whether the viewer may do something with a row now, and why not. */
export const viewerMay = <Row extends object>(
  t: FieldBuilder<Row>,
  act: string,
  [can, whyNot]: readonly [can: string, whyNot: string],
  refusalOf: (viewer: Caller, row: Row) => Refusal | null | Promise<Refusal | null>,
): FieldMap => ({
  [`viewerCan${act}`]: t.boolean({
    description: can,
    resolve: async (row, _args, { viewer }) => (await refusalOf(viewer, row)) === null,
  }),
  [`whyNot${act}`]: t.string({
    nullable: true,
    description: whyNot,
    resolve: async (row, _args, { viewer }) => (await refusalOf(viewer, row))?.message ?? null,
  }),
});

/** A type that whoever may read may read; `more` are fields that are made of a row. */
export const defineType = <Row extends object>(
  builder: Builder,
  name: string,
  description: string,
  fields: ExposedFields<Row>,
  more: (t: FieldBuilder<Row>) => FieldMap = () => ({}),
): PothosSchemaTypes.ObjectRef<Types, Row> =>
  builder.objectRef<Row>(name).implement({
    description,
    authScopes: { read: true },
    fields: (t) => ({ ...exposed(t, fields), ...more(t) }),
  });
