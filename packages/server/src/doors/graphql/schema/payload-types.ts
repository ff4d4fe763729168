import type { Outcome, Refusal } from '../../../domain/errors.ts';
import type { Builder, Types } from './builder.ts';

type ObjectRef<Value> = PothosSchemaTypes.ObjectRef<Types, Value>;

/** Makes types of what becomes of a command: `fields` pick from its value, and beside them stands the refusal. */
export const createPayloads =
  (builder: Builder, refusal: ObjectRef<Refusal>) =>
  <Value>(
    name: string,
    description: string,
    fields: (t: PothosSchemaTypes.ObjectFieldBuilder<Types, Outcome<Value>>) => object,
  ): ObjectRef<Outcome<Value>> =>
    builder.objectRef<Outcome<Value>>(name).implement({
      description,
      authScopes: { read: true },
      fields: (t) => ({
        ...(fields(t) as Readonly<Record<string, never>>),
        refusal: t.field({
          type: refusal,
          nullable: true,
          description: 'Why it was not done; nothing changed. Null where it was.',
          resolve: (outcome) => (outcome.ok ? null : outcome.refusal),
        }),
      }),
    });

/** A field of a payload: what is picked from the value, null where there is none. */
export const given =
  <Value, Picked>(pick: (value: Value) => Picked) =>
  (outcome: Outcome<Value>): Picked | null =>
    outcome.ok ? pick(outcome.value) : null;
