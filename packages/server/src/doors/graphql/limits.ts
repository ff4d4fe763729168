import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import { inexactWords, isExactNumber } from '../../domain/exact-number.ts';
import { codedError } from './errors.ts';

/** What one document may ask for. Fragments count wherever they are spread. */
export interface GraphqlLimits {
  /** Lexical tokens; a longer document is not even parsed. Variables do not count. */
  readonly maxTokens: number;
  /** Fields within fields, introspection left out. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  /** Characters of an alias: an answer repeats it for every item of a list. */
  readonly maxAliasLength: number;
  readonly maxRootFields: number;
  readonly maxDirectives: number;
}

export const defaultGraphqlLimits: GraphqlLimits = {
  maxTokens: 1000,
  maxDepth: 12,
  maxAliases: 30,
  maxAliasLength: 100,
  maxRootFields: 20,
  maxDirectives: 50,
};

interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly longestAlias: number;
  readonly directives: number;
  readonly fields: number;
}

interface OperationSize extends Size {
  readonly introspects: boolean;
}

const empty: Size = { depth: 0, aliases: 0, longestAlias: 0, directives: 0, fields: 0 };
const introspectionFields = new Set(['__schema', '__type']);
const sizes = new WeakMap<OperationDefinitionNode, OperationSize>();

/** `fields` are those at the root. A cycle of fragments counts once: validation refuses it anyway. */
const sizeOf = (operation: OperationDefinitionNode, document: DocumentNode): OperationSize => {
  const known = sizes.get(operation);
  if (known) return known;
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const walk = createWalk(fragments);
  const root = walk.selections(operation.selectionSet);
  const size = {
    ...root,
    directives: root.directives + (operation.directives?.length ?? 0),
    introspects: walk.hasIntrospection(),
  };
  sizes.set(operation, size);
  return size;
};

const createWalk = (fragments: ReadonlyMap<string, FragmentDefinitionNode>) => {
  const measured = new Map<string, Size>();
  let introspects = false;

  const selections = (set: SelectionSetNode | undefined): Size =>
    (set?.selections ?? []).map(selection).reduce(add, empty);

  const selection = (node: SelectionNode): Size => {
    const own = { ...empty, directives: node.directives?.length ?? 0 };
    if (node.kind === Kind.INLINE_FRAGMENT) return add(own, selections(node.selectionSet));
    if (node.kind === Kind.FRAGMENT_SPREAD) return add(own, fragment(node.name.value));
    const isIntrospection = introspectionFields.has(node.name.value);
    introspects ||= isIntrospection;
    const below = selections(node.selectionSet);
    return {
      depth: isIntrospection ? 1 : 1 + below.depth,
      aliases: (node.alias ? 1 : 0) + below.aliases,
      longestAlias: Math.max(node.alias?.value.length ?? 0, below.longestAlias),
      directives: own.directives + below.directives,
      fields: 1,
    };
  };

  const fragment = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    measured.set(name, empty);
    const node = fragments.get(name);
    const size = add(selections(node?.selectionSet), { ...empty, directives: node?.directives?.length ?? 0 });
    measured.set(name, size);
    return size;
  };

  return { selections, hasIntrospection: () => introspects };
};

const add = (a: Size, b: Size): Size => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  longestAlias: Math.max(a.longestAlias, b.longestAlias),
  directives: a.directives + b.directives,
  fields: a.fields + b.fields,
});

/** A validation rule, so that HTTP and sockets refuse the same documents before anything runs. */
export const createLimitsRule =
  (limits: GraphqlLimits): ValidationRule =>
  (context) => ({
    IntValue: ({ value }) => refuseInexact(context, value),
    FloatValue: ({ value }) => refuseInexact(context, value),
    OperationDefinition(node) {
      const size = sizeOf(node, context.getDocument());
      const bounds = [
        ['levels of fields', size.depth, limits.maxDepth],
        ['aliases', size.aliases, limits.maxAliases],
        ['characters in an alias', size.longestAlias, limits.maxAliasLength],
        ['root fields', size.fields, limits.maxRootFields],
        ['directives', size.directives, limits.maxDirectives],
      ] as const;
      for (const [what, count, most] of bounds) {
        if (count <= most) continue;
        const message = `This operation has ${count} ${what}; ${most} are allowed.`;
        context.reportError(codedError('QUERY_TOO_COMPLEX', message, { nodes: node }));
      }
    },
  });

const refuseInexact = (context: ValidationContext, decimal: string): void => {
  if (isExactNumber(decimal)) return;
  context.reportError(codedError('SCHEMA_VALIDATION_FAILED', inexactWords(decimal)));
};

/** How many fields it has at its root, those of fragments included. */
export const rootFieldsOf = (operation: OperationDefinitionNode, document: DocumentNode): number =>
  sizeOf(operation, document).fields;

/** Whether the operation reads the schema itself. */
export const introspects = (operation: OperationDefinitionNode, document: DocumentNode): boolean =>
  sizeOf(operation, document).introspects;
