import { mostCounted } from '@countersign/shared';
import type { Builder, Types } from './builder.ts';
import { defineType } from './exposed-fields.ts';
import { defaultPageSize, maxPageSize, type Page } from '../../../modules/inputs.ts';

const addPageInfo = (builder: Builder) =>
  defineType<{ readonly hasNextPage: boolean; readonly endCursor: string | null }>(
    builder,
    'PageInfo',
    'How a list goes on. Lists are read forward only.',
    {
      hasNextPage: ['Boolean', 'Whether more follows.'],
      endCursor: ['Cursor', 'Cursor of the last node: give it as `after` for the next page.', 'nullable'],
    },
  );

/** Makes `XConnection` and `XEdge` types. */
export const createConnections = (builder: Builder) => {
  const pageInfo = addPageInfo(builder);
  return <Node extends object>(
    name: string,
    node: PothosSchemaTypes.ObjectRef<Types, Node>,
    options: { readonly hasTotalCount: boolean },
  ): PothosSchemaTypes.ObjectRef<Types, Page<Node>> => {
    const edge = builder.objectRef<{ cursor: string; node: Node }>(`${name}Edge`).implement({
      description: `A ${name} with its place in the list.`,
      authScopes: { read: true },
      fields: (t) => ({
        cursor: t.expose('cursor', { type: 'Cursor', description: 'Its place in the list.' }),
        node: t.field({ type: node, description: `The ${name}.`, resolve: (parent) => parent.node as never }),
      }),
    });
    const connection = builder.objectRef<Page<Node>>(`${name}Connection`);
    connection.implement({
      description: `A page of ${name} items.`,
      authScopes: { read: true },
      fields: (t) => ({
        edges: t.field({
          type: [edge],
          description: 'The items with their cursors.',
          complexity: { field: 1, multiplier: 1 },
          resolve: ({ nodes, cursorOf }) => nodes.map((item) => ({ cursor: cursorOf(item), node: item })),
        }),
        nodes: t.field({
          type: [node],
          description: 'The items.',
          complexity: { field: 1, multiplier: 1 },
          resolve: (page) => page.nodes as never,
        }),
        pageInfo: t.field({
          type: pageInfo,
          description: 'Where this page lies.',
          resolve: ({ nodes, hasNextPage, cursorOf }) => {
            const last = nodes.at(-1);
            return { hasNextPage, endCursor: last ? cursorOf(last) : null };
          },
        }),
        ...(options.hasTotalCount
          ? {
              totalCount: t.int({
                description: `How many match in all; ${mostCounted.toLocaleString('en')} stands for so many and more.`,
                resolve: ({ count, nodes }) => (count ? count() : nodes.length),
              }),
            }
          : {}),
      }),
    });
    return connection;
  };
};

/** The cost of a list field: each node counts. */
export const pageComplexity = ({ first }: { first?: number | null | undefined }) => ({
  field: 1,
  multiplier: Math.min(first ?? defaultPageSize, maxPageSize),
});
