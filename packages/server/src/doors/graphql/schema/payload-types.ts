import type { FieldMap, OutputRef } from '@pothos/core';
import type { Outcome, Refusal } from '../../../domain/errors.ts';
import type { Builder, Types } from './builder.ts';

type ObjectRef<Value> = PothosSchemaTypes.ObjectRef<Types, Value>;

type FieldBuilder<Value> = PothosSchemaTypes.ObjectFieldBuilder<Types, Outcome<Value>>;

/** Makes a field of what is picked from the value; null where there is none. */
type Give<Value> = <Type extends keyof Scalars | OutputRef>(
  type: Type,
  description: string,
  pick: (value: Value) => Picked<Type> | null | Promise<Picked<Type> | null>,
) => FieldMap[string];

interface Scalars {
  String: string;
  Milliseconds: number;
  DateTime: Date;
}

type Picked<Type> = Type extends keyof Scalars
  ? Scalars[Type]
  : Type extends OutputRef<infer Told>
    ? Told
    : never;

/** Makes types of what becomes of a command: `fields` pick from its value, and beside them stands the refusal. */
export const createPayloads =
  (builder: Builder, refusal: ObjectRef<Refusal>) =>
  <Value>(
    name: string,
    description: string,
    fields: (give: Give<Value>, t: FieldBuilder<Value>) => FieldMap,
  ): ObjectRef<Outcome<Value>> =>
    builder.objectRef<Outcome<Value>>(name).implement({
      description,
      authScopes: { read: true },
      fields: (t) => {
        const give: Give<Value> = (type, meaning, pick) =>
          t.field({
            type,
            nullable: true,
            description: meaning,
            resolve: (outcome: Outcome<Value>) => (outcome.ok ? pick(outcome.value) : null),
          } as never);
        return {
          ...fields(give, t),
          refusal: t.field({
            type: refusal,
            nullable: true,
            description: 'Why it was not done; nothing changed. Null where it was.',
            resolve: (outcome) => (outcome.ok ? null : outcome.refusal),
          }),
        };
      },
    });
