import {
  getOperationAST,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ParseOptions,
  type ValidationRule,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { introspects } from './limits.ts';
import { introspectionRefusal } from './errors.ts';

export interface DocumentRules {
  readonly parseOptions: ParseOptions;
  readonly limitsRule: ValidationRule;
  readonly validationOptions: { readonly hideSuggestions: boolean; readonly maxErrors: number };
}

export interface Operation {
  readonly document: DocumentNode;
  readonly node: OperationDefinitionNode;
}

/** Gives the operation of a text, or why it cannot be run. */
export type ReadOperation = (
  text: string,
  operationName: string | undefined,
  mayIntrospect: boolean,
) => Operation | readonly GraphQLError[];

const documentsKept = 1000;
/** A longer text is read anew each time, so that the kept ones stay small. */
const keptTextLength = 8000;

/** What Apollo does for HTTP, for sockets: parse, validate, remember. */
export const createOperationReader = (schema: GraphQLSchema, rules: DocumentRules): ReadOperation => {
  const known = new LRUCache<string, DocumentNode>({ max: documentsKept });
  const allRules = [...specifiedRules, rules.limitsRule];

  const read = (text: string): DocumentNode | readonly GraphQLError[] => {
    const kept = known.get(text);
    if (kept) return kept;
    const document = orFault(() => parse(text, rules.parseOptions));
    if (document instanceof GraphQLError) return [document];
    const faults = orFault(() => validate(schema, document, allRules, rules.validationOptions));
    if (faults instanceof GraphQLError) return [faults];
    if (faults.length > 0) return faults;
    if (text.length <= keptTextLength) known.set(text, document);
    return document;
  };

  return (text, operationName, mayIntrospect) => {
    const document = read(text);
    if (!('kind' in document)) return document;
    const node = getOperationAST(document, operationName);
    if (!node) return [new GraphQLError('The document has no such operation, or several and none is named.')];
    if (introspects(node, document) && !mayIntrospect) return [introspectionRefusal()];
    return { document, node };
  };
};

/** Parsing throws what it finds, and so does a rule where a subscription includes by a variable. */
const orFault = <Value>(work: () => Value): Value | GraphQLError => {
  try {
    return work();
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
};
