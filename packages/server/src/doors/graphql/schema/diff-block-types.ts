import {
  isDestructive,
  type DeletionsDiff,
  type GraphDiff,
  type GraphEdge,
  type GraphNode,
  type MessageDiff,
  type PermissionDiff,
  type TableDiff,
  type TableRow,
} from '../../../domain/diff.ts';
import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';
import { defineType } from './exposed-fields.ts';

/** Of a line of a text, a row of a table, a part of a graph. */
export const addLineKind = (builder: Builder) =>
  enumOf(builder, 'DiffLineKind', 'What a line of a diff is, a row of a table or a part of a graph.', {
    CONTEXT: 'Stays as it is.',
    ADD: 'Is only in what comes.',
    REMOVE: 'Is only in what goes.',
  });
export type LineKind = ReturnType<typeof addLineKind>;

export const whatIsDestructive = 'True where something is lost by it.';

/** What plans show besides files, requests and fields. */
export const addBlockTypes = (builder: Builder, lineKind: LineKind) => [
  addMessage(builder),
  addPermission(builder),
  addTable(builder, lineKind),
  addDeletions(builder),
  addGraph(builder, lineKind),
];

const addMessage = (builder: Builder) =>
  defineType<MessageDiff>(
    builder,
    'MessageDiff',
    'Words that people will read.',
    {
      to: ['String', 'A channel, an address, a thing that is commented on.'],
      text: ['String', 'Null where it is taken back.', 'nullable'],
      previousText: ['String', 'Null where it is new.', 'nullable'],
    },
    (t) => ({
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  );

const addPermission = (builder: Builder) => {
  const act = enumOf(builder, 'PermissionAct', 'What happens to a permission.', {
    GRANT: 'It is given.',
    REVOKE: 'It is taken away.',
  });
  return defineType<PermissionDiff>(
    builder,
    'PermissionDiff',
    'Who may do what afterwards, or no longer.',
    {
      act: [act, 'Given or taken away.'],
      subject: ['String', 'Who: a person, a group, everybody.'],
      permission: ['String', 'What they may do: writer.'],
      resource: ['String', 'To what.'],
    },
    (t) => ({
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  );
};

const addTable = (builder: Builder, lineKind: LineKind) => {
  const row = defineType<TableRow>(builder, 'TableDiffRow', 'One row.', {
    kind: [lineKind, 'Kept, added or removed.'],
    cells: [['String'], 'One for each column.'],
  });
  return defineType<TableDiff>(
    builder,
    'TableDiff',
    'Rows that change.',
    {
      title: ['String', 'Which table.'],
      columns: [['String'], 'Their names.'],
    },
    (t) => ({
      rows: t.field({ type: [row], description: 'In their order.', resolve: ({ rows }) => rows }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  );
};

const addDeletions = (builder: Builder) =>
  defineType<DeletionsDiff>(
    builder,
    'DeletionsDiff',
    'Things that cease to exist, all of them.',
    {
      title: ['String', 'What they are.'],
      names: [['String'], 'Each of them.'],
    },
    (t) => ({
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  );

const addGraph = (builder: Builder, lineKind: LineKind) => {
  const node = defineType<GraphNode>(builder, 'GraphDiffNode', 'A thing of the graph.', {
    id: ['String', 'What edges name it by.'],
    label: ['String', 'What people call it.'],
    kind: [lineKind, 'Kept, added or removed.'],
  });
  const edge = defineType<GraphEdge>(builder, 'GraphDiffEdge', 'A dependency.', {
    from: ['String', 'Id of the node that is needed.'],
    to: ['String', 'Id of the node that needs it.'],
    kind: [lineKind, 'Kept, added or removed.'],
  });
  return defineType<GraphDiff>(
    builder,
    'GraphDiff',
    'What depends on what.',
    {
      title: ['String', 'What it is of.'],
    },
    (t) => ({
      nodes: t.field({ type: [node], description: 'The things.', resolve: ({ nodes }) => nodes }),
      edges: t.field({ type: [edge], description: 'The dependencies.', resolve: ({ edges }) => edges }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  );
};
