/** A JSON Schema, as far as a form is made of it. */
export interface DataSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, DataSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: DataSchema | boolean;
  readonly propertyNames?: DataSchema;
  readonly items?: DataSchema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly DataSchema[];
}

export type FieldKind = 'group' | 'entries' | 'switch' | 'number' | 'choice' | 'text' | 'lines' | 'json';

/** How a value is asked for; what no field is made for is asked for as JSON. */
export const kindOf = ({
  type,
  properties,
  additionalProperties,
  items,
  enum: words,
}: DataSchema): FieldKind => {
  if (type === 'object' && properties) return 'group';
  if (type === 'object' && typeof additionalProperties === 'object') return 'entries';
  if (words?.every((word) => typeof word === 'string')) return 'choice';
  if (type === 'boolean') return 'switch';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'string') return 'text';
  return type === 'array' && items?.type === 'string' ? 'lines' : 'json';
};

type Path = readonly string[];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same data with another value at a path; undefined takes what is there away. */
export const withValue = (data: unknown, [key, ...rest]: Path, value: unknown): unknown => {
  if (key === undefined) return value;
  const before = isObject(data) ? data : {};
  const after = withValue(before[key], rest, value);
  const others = Object.entries(before).filter(([name]) => name !== key);
  if (after === undefined) return Object.fromEntries(others);
  return Object.hasOwn(before, key)
    ? Object.fromEntries(Object.entries(before).map(([name, each]) => [name, name === key ? after : each]))
    : Object.fromEntries([...others, [key, after]]);
};

/** `maxBatchPercent` → `Max batch percent`; what is all capitals stays. */
export const wordsOf = (name: string): string => {
  if (/^[A-Z_]+$/.test(name)) return name;
  const spaced = name.replaceAll(
    /([a-z])([A-Z])/g,
    (_all, one: string, two: string) => `${one} ${two.toLowerCase()}`,
  );
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};

export interface DataFault {
  readonly path: string;
  readonly message: string;
}

/** What is wrong at a field, or within it: `settings.params`. */
export const faultsAt = (faults: readonly DataFault[], path: Path): readonly DataFault[] => {
  const here = ['data', ...path].join('.');
  return faults.filter((fault) => fault.path === here || fault.path.startsWith(`${here}[`));
};

export const faultsWithin = (faults: readonly DataFault[], path: Path): readonly DataFault[] => {
  const here = ['data', ...path].join('.');
  return faults.filter(
    (fault) =>
      fault.path === here || (/^[.[]/.test(fault.path.slice(here.length)) && fault.path.startsWith(here)),
  );
};
