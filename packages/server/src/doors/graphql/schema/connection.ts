import type { Builder, Types } from './builder.ts';
import { pageOf, type Page } from '../../../modules/inputs.ts';
import { codedError } from '../errors.ts';

export { pageOf, type Page };

const maxPageSize = 200;
const defaultPageSize = 50;

/** How many a client asked for, within bounds: 1 to 200, 50 by default. */
export const pageSize = (first: number | null | undefined): number => {
  const size = first ?? defaultPageSize;
  if (size < 1 || size > maxPageSize) {
    throw codedError('SCHEMA_VALIDATION_FAILED', `first must be between 1 and ${maxPageSize}.`);
  }
  return size;
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id as our records have it, or null: one of another shape names nothing, before a database is asked. */
export const readId = (text: string): string | null => (uuid.test(text) ? text.toLowerCase() : null);

/** Ids that a list is narrowed to; those of another shape name nothing. At most as many as a page holds. */
export const readIds = (
  given: readonly string[] | null | undefined,
  field: string,
): readonly string[] | undefined => {
  if (given === null || given === undefined) return undefined;
  if (given.length > maxPageSize) {
    throw codedError('SCHEMA_VALIDATION_FAILED', `${field} holds more than ${maxPageSize} ids.`);
  }
  return given.flatMap((id) => readId(id) ?? []);
};

/** Nobody and nothing has it. */
export const nilId = '00000000-0000-0000-0000-000000000000';

/** The cursor of a list by id. */
export const idCursor = (after: string | null | undefined): string | null => {
  if (after === null || after === undefined) return null;
  const id = readId(after);
  if (id === null) {
    throw codedError('SCHEMA_VALIDATION_FAILED', 'after is not a cursor of this list.');
  }
  return id;
};

const addPageInfo = (builder: Builder) =>
  builder.objectRef<Page<unknown>>('PageInfo').implement({
    description: 'How a list goes on. Lists are read forward only.',
    authScopes: { read: true },
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether more follows.' }),
      endCursor: t.field({
        type: 'Cursor',
        nullable: true,
        description: 'Cursor of the last node: give it as `after` for the next page.',
        resolve: ({ nodes, cursorOf }) => (nodes.length === 0 ? null : cursorOf(nodes.at(-1))),
      }),
    }),
  });

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
          resolve: (page) => page as unknown as Page<unknown>,
        }),
        ...(options.hasTotalCount
          ? {
              totalCount: t.int({
                description: 'How many match in all.',
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
