import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import { GraphQLError } from 'graphql';
import type { Json } from '../../../domain/json.ts';
import { hasRight, type Right } from '../../../domain/principal.ts';
import type { RequestContext } from '../context.ts';

export interface SchemaTypes {
  Context: RequestContext;
  DefaultFieldNullability: false;
  AuthScopes: Record<Lowercase<Right>, boolean>;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: Json };
    Milliseconds: { Input: never; Output: number };
    Cursor: { Input: never; Output: string };
  };
}

/** Bounds of one operation; a connection costs what it is asked for. */
const limits = { complexity: 10_000, depth: 12, breadth: 400 };

export const createBuilder = () => {
  const builder = new SchemaBuilder<SchemaTypes>({
    plugins: [ScopeAuthPlugin, ComplexityPlugin],
    defaultFieldNullability: false,
    scopeAuth: {
      // Whoever may not read is refused before a stream is opened, not at its first event.
      authorizeOnSubscribe: true,
      authScopes: ({ viewer }) => ({
        read: hasRight(viewer, 'READ'),
        submit: hasRight(viewer, 'SUBMIT'),
        expedite: hasRight(viewer, 'EXPEDITE'),
        decide: hasRight(viewer, 'DECIDE'),
        operate: hasRight(viewer, 'OPERATE'),
        administer: hasRight(viewer, 'ADMINISTER'),
        stop: hasRight(viewer, 'STOP'),
      }),
      unauthorizedError: () =>
        new GraphQLError('Your roles do not allow this.', { extensions: { code: 'AUTHORIZATION_FAILED' } }),
    },
    complexity: {
      defaultComplexity: 1,
      defaultListMultiplier: 3,
      limit: limits,
      complexityError: (kind) =>
        new GraphQLError(`This operation is too large: its ${kind.toLowerCase()} goes past the limit.`, {
          extensions: { code: 'QUERY_TOO_COMPLEX' },
        }),
    },
  });
  builder.queryType({ description: 'Everything that can be read. Nothing here changes anything.' });
  builder.mutationType({
    description:
      'Everything that changes something. An expected "no" is a refusal in the payload, not an error.',
  });
  builder.subscriptionType({ description: 'Live views, over graphql-transport-ws on the same path.' });
  return builder;
};

export type Builder = ReturnType<typeof createBuilder>;

/** The types of the schema as Pothos has completed them. */
export type Types = Builder extends PothosSchemaTypes.SchemaBuilder<infer Completed> ? Completed : never;
