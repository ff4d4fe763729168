import { z } from 'zod';
import type { Builder, Types } from './builder.ts';
import type { Enums } from './enums.ts';

type Ref = PothosSchemaTypes.InputObjectRef<Types, unknown> | Enums[keyof Enums];
type TypeRef = Ref | 'ID' | 'String' | 'Int' | 'Float' | 'Boolean' | 'DateTime' | 'JSON';

/** One field of an input, or one argument, as GraphQL declares it. */
interface InputField {
  readonly type: TypeRef | readonly [TypeRef];
  readonly required: boolean;
  readonly description?: string;
  readonly defaultValue?: unknown;
}

export interface InputTypes {
  fieldOf(schema: z.ZodType): InputField;
  /** `make` is Pothos' own for a field of an input, or for an argument. */
  fieldsOf(shape: z.ZodRawShape, make: (options: never) => unknown): Readonly<Record<string, never>>;
}

const formats: Readonly<Record<string, TypeRef>> = {
  uuid: 'ID',
  'date-time': 'DateTime',
  cursor: 'String',
};

/**
 * Derives GraphQL's input types from the Zod schemas of operations: an object becomes the type that its id
 * names, an enum the one with the same values.
 */
export const createInputTypes = (builder: Builder, enums: Enums): InputTypes => {
  const enumOf = enumsByValues(builder, enums);
  const objects = new Map<string, Ref>();

  const objectOf = (schema: z.ZodObject): Ref => {
    const { id: name, description } = schema.meta() ?? {};
    if (name === undefined) throw new Error('An input that is an object needs an id: the name of its type.');
    const known = objects.get(name);
    if (known) return known;
    const ref = builder.inputRef<object>(name);
    ref.implement({
      ...(description && { description }),
      fields: (t) => fieldsOf(schema.shape, (options) => t.field(options)),
    });
    objects.set(name, ref);
    return ref;
  };

  const typeOf = (schema: z.ZodType): TypeRef | readonly [TypeRef] => {
    if (schema instanceof z.ZodArray) return [fieldOf(schema.element as z.ZodType).type as TypeRef];
    if (schema instanceof z.ZodObject) return objectOf(schema);
    if (schema instanceof z.ZodEnum) return enumOf(schema.options);
    if (schema instanceof z.ZodBoolean) return 'Boolean';
    if (schema instanceof z.ZodNumber) return schema.format === 'safeint' ? 'Int' : 'Float';
    return schema instanceof z.ZodString ? 'String' : 'JSON';
  };

  const fieldOf = (schema: z.ZodType): InputField => {
    const { description, default: defaultValue } = saidOf(schema);
    let [current, required, format] = [schema, true, formatOf(schema)];
    for (;;) {
      const inner = within(current);
      if (!inner) break;
      if (current instanceof z.ZodOptional || current instanceof z.ZodNullable) required = false;
      current = inner;
      format ??= formatOf(current);
    }
    const type = formats[format ?? ''] ?? typeOf(current);
    return {
      type,
      required,
      ...(description && { description }),
      ...(defaultValue !== undefined && { defaultValue }),
    };
  };

  const fieldsOf: InputTypes['fieldsOf'] = (shape, make) =>
    Object.fromEntries(
      Object.entries(shape).map(([name, field]) => [
        name,
        make(fieldOf(field as z.ZodType) as never) as never,
      ]),
    );

  return { fieldOf, fieldsOf };
};

const formatOf = (schema: z.ZodType): string | undefined => schema.meta()?.['format'] as string | undefined;

/** Description and format of a field, which may stand at a transformation or at what it transforms. */
const saidOf = (schema: z.ZodType): z.GlobalMeta =>
  schema.meta() ?? (schema instanceof z.ZodPipe ? (schema.def.in as z.ZodType).meta() : undefined) ?? {};

/** What a caller gives is described by the innermost type, before it is transformed. */
const within = (schema: z.ZodType): z.ZodType | null => {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return schema.unwrap() as z.ZodType;
  if (!(schema instanceof z.ZodPipe)) return null;
  const { in: before, out: after } = schema.def;
  return (after instanceof z.ZodTransform ? before : after) as z.ZodType;
};

const enumsByValues = (builder: Builder, enums: Enums) => {
  const known = new Map<string, Ref>();
  for (const ref of Object.values(enums)) {
    const values = keyOf(Object.keys(builder.configStore.getTypeConfig(ref, 'Enum').values));
    if (known.has(values)) throw new Error(`${ref.name} has the values of another enum.`);
    known.set(values, ref);
  }
  return (options: readonly (string | number)[]): Ref => {
    const ref = known.get(keyOf(options));
    if (!ref) throw new Error(`No enum has the values ${options.join(', ')}.`);
    return ref;
  };
};

const keyOf = (values: readonly (string | number)[]): string => values.toSorted().join();
