import type { Builder } from './builder.ts';

/** An enum, each value with what it means: a value without words does not compile. */
export const enumOf = <Value extends string>(
  builder: Builder,
  name: string,
  description: string,
  words: Readonly<Record<Value, string>>,
) =>
  builder.enumType(name, {
    description,
    values: Object.fromEntries(
      Object.entries<string>(words).map(([value, meaning]) => [value, { description: meaning }]),
    ) as { readonly [Each in Value]: { readonly description: string } },
  });
