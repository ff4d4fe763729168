import { complexityFromQuery } from '@pothos/plugin-complexity';
import {
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { rootFieldsOf } from './limits.ts';

/** What an operation counts as, in requests. */
export type CostOf = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> | null | undefined,
) => number;

/** Values of an answer that are worth a request: a page of tasks as the console lists them. */
const complexityOfRequest = 1_000;

/**
 * As many requests as it has root fields, and as its answer may be large: a page costs what it is asked for,
 * so that one operation is no way round a limit. One that cannot be measured is refused by who runs it.
 */
export const createCostOf = (schema: GraphQLSchema): CostOf => {
  const known = new WeakMap<OperationDefinitionNode, number>();
  return (document, operation, variables) => {
    const rootFields = Math.max(1, rootFieldsOf(operation, document));
    // Its answer is what it did: nothing that lists much, and much to read of what it was given.
    if (operation.operation === OperationTypeNode.MUTATION) return rootFields;
    const isFixed = (operation.variableDefinitions ?? []).length === 0;
    const kept = isFixed ? known.get(operation) : undefined;
    if (kept !== undefined) return kept;
    const complexity = complexityOf(schema, document, operation, variables ?? {});
    const cost = Math.max(rootFields, Math.ceil(complexity / complexityOfRequest));
    if (isFixed) known.set(operation, cost);
    return cost;
  };
};

const complexityOf = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number => {
  const others = document.definitions.filter(({ kind }) => kind !== Kind.OPERATION_DEFINITION);
  const one: DocumentNode = { ...document, definitions: [operation, ...others] };
  try {
    return complexityFromQuery(one, { schema, variables: { ...variables } }).complexity;
  } catch {
    // Variables of another shape, which execution refuses before anything runs.
    return 0;
  }
};
