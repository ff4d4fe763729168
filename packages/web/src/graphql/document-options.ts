import { queryOptions } from '@tanstack/react-query';
import type { TadaDocumentNode } from 'gql.tada';
import { Kind } from '@0no-co/graphql.web';
import { execute } from './execute.ts';
import type { LiveRules } from '../live/updates.ts';

/** The name of a document's operation: the first word of every key made from it. */
export const operationName = (document: TadaDocumentNode<unknown, never>): string => {
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION && definition.name) return definition.name.value;
  }
  throw new Error('A document needs a named operation.');
};

const metaOf = (live: LiveRules | undefined): { meta: { live: LiveRules } } | object =>
  live ? { meta: { live } } : {};

/** Query options for one document: its key is made here, so nobody types keys by hand. */
export const documentOptions = <Data, Variables>(
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  live?: LiveRules,
) =>
  queryOptions({
    queryKey: [operationName(document), variables] as const,
    queryFn: ({ signal }) => execute(document, variables, signal),
    ...metaOf(live),
  });
