import { initGraphQLTada } from 'gql.tada';
import type { introspection } from '@countersign/shared/graphql-env';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Writes a document whose result and variables are typed by the server's schema. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  disableMasking: true;
  scalars: { DateTime: string; JSON: Json; Milliseconds: number; Cursor: string };
}>();
