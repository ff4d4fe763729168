import type { introspection } from '@countersign/shared/graphql-env';
import type { initGraphQLTada } from 'gql.tada';
import type { Json } from './types.ts';

type Graphql = ReturnType<
  typeof initGraphQLTada<{
    introspection: introspection;
    disableMasking: true;
    scalars: { DateTime: string; JSON: Json; Milliseconds: number; Cursor: string };
  }>
>;

/**
 * Writes a document whose result and variables are typed by the server's printed schema. It is sent as it is written:
 * nothing here reads it.
 */
export const graphql = ((text: string) => text) as unknown as Graphql;

/** A document as `graphql` wrote it, by what it gives and takes. */
export interface Operation<Result, Variables> {
  readonly __apiType?: (variables: Variables) => Result;
}

/** What is handed in is not changed. */
export type Given<Value> = Value extends readonly (infer Item)[]
  ? readonly Given<Item>[]
  : Value extends object
    ? { readonly [Key in keyof Value]: Given<Value[Key]> }
    : Value;

export const textOf = <Result, Variables>(document: Operation<Result, Variables>): string =>
  document as unknown as string;
