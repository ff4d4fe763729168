import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getNamedType,
  isAbstractType,
  isLeafType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLOutputType,
} from 'graphql';

/** A field of a root, and a document that asks for it. */
export interface RootField {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string;
  readonly args: readonly GraphQLArgument[];
  readonly document: string;
}

const fieldsAtMost = 160;
const levels = 3;

const sizeOf = (type: GraphQLOutputType): number => {
  const named = getNamedType(type);
  return isObjectType(named) ? Object.keys(named.getFields()).length : 0;
};
interface Sized {
  readonly name: string;
  readonly type: GraphQLOutputType;
}
/** Why nothing was done comes before all, then what is small. */
const bySize = (one: Sized, other: Sized): number =>
  Number(other.name === 'refusal') - Number(one.name === 'refusal') || sizeOf(one.type) - sizeOf(other.type);

/** What became of a decoy is null of all that the matrix makes, and its tasks would take the place of the rest. */
const isDecoy = (type: GraphQLOutputType): boolean => getNamedType(type).name === 'Decoy';

/** What can be read of a type without arguments, some levels deep: enough to show whose it is. */
const selectionOf = (type: GraphQLOutputType): string => {
  let left = fieldsAtMost;
  const select = (of: GraphQLOutputType, depth: number): string => {
    const named = getNamedType(of);
    if (isLeafType(named)) return '';
    if (isAbstractType(named) || !isObjectType(named)) return ' { __typename }';
    const open = Object.values(named.getFields()).filter(
      (field) => field.args.length === 0 && !isDecoy(field.type),
    );
    const leaves = open.filter((field) => isLeafType(getNamedType(field.type)));
    const others = depth === 0 ? [] : open.filter((field) => !leaves.includes(field)).toSorted(bySize);
    left -= leaves.length;
    const nested = others.flatMap((field) => {
      if (left <= 0) return [];
      left -= 1;
      return [`${field.name}${select(field.type, depth - 1)}`];
    });
    return ` { ${['__typename', ...leaves.map(({ name }) => name), ...nested].join(' ')} }`;
  };
  return select(type, levels);
};

/** Everything that the printed schema offers. */
export const rootFields = (): readonly RootField[] => {
  const file = join(import.meta.dirname, '../../../shared/schema.graphql');
  const schema = buildSchema(readFileSync(file, 'utf8'));
  const roots = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return (['query', 'mutation', 'subscription'] as const).flatMap((kind) =>
    Object.values(roots[kind]?.getFields() ?? {}).map(({ name, args, type }) => {
      const taken = args.map((arg) => `$${arg.name}: ${String(arg.type)}`).join(', ');
      const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
      const [head, call] = args.length > 0 ? [`${kind} (${taken})`, `${name}(${given})`] : [kind, name];
      return { kind, name, args, document: `${head} { ${call}${selectionOf(type)} }` };
    }),
  );
};
