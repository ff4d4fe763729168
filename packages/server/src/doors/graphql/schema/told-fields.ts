import type { FieldMap, OutputRef } from '@pothos/core';
import type { Refusal } from '../../../domain/errors.ts';
import type { Caller } from '../../../domain/principal.ts';
import type { Builder, Types } from './builder.ts';

/** The types in which a value can be told. */
type TypeOf<Value> =
  | OutputRef<Value>
  | ([Value] extends [string] ? 'String' | 'ID' | 'Cursor' : never)
  | ([Value] extends [number] ? 'Int' | 'Float' | 'Milliseconds' : never)
  | ([Value] extends [boolean] ? 'Boolean' : never)
  | ([Value] extends [Date] ? 'DateTime' : never)
  | 'JSON';

type ToldAs<Value> = null extends Value
  ? readonly [type: ListedTypeOf<NonNullable<Value>>, description: string, 'nullable']
  : readonly [type: ListedTypeOf<Value>, description: string];

type ListedTypeOf<Value> =
  | TypeOf<Value>
  | ([Value] extends [readonly (infer Item)[]] ? readonly [TypeOf<Item>] : never);

/** Properties that are told as they are: the type, what it means, and whether it may be null. */
type ToldFields<Row> = { readonly [Key in keyof Row]?: ToldAs<Row[Key]> };

type FieldBuilder<Row> = PothosSchemaTypes.ObjectFieldBuilder<Types, Row>;

export const told = <Row extends object>(t: FieldBuilder<Row>, fields: ToldFields<Row>): FieldMap =>
  Object.fromEntries(
    Object.entries<ToldAs<unknown>>(fields as never).map(([name, [type, description, nullable]]) => [
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
  fields: ToldFields<Row>,
  more: (t: FieldBuilder<Row>) => FieldMap = () => ({}),
): PothosSchemaTypes.ObjectRef<Types, Row> =>
  builder.objectRef<Row>(name).implement({
    description,
    authScopes: { read: true },
    fields: (t) => ({ ...told(t, fields), ...more(t) }),
  });
