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
import { described } from './enums.ts';

/** Of a line of a text, a row of a table, a part of a graph. */
export const addLineKind = (builder: Builder) =>
  builder.enumType('DiffLineKind', {
    description: 'What a line of a diff is, a row of a table or a part of a graph.',
    values: described({
      CONTEXT: 'Stays as it is.',
      ADD: 'Is only in what comes.',
      REMOVE: 'Is only in what goes.',
    }),
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
  builder.objectRef<MessageDiff>('MessageDiff').implement({
    description: 'Words that people will read.',
    authScopes: { read: true },
    fields: (t) => ({
      to: t.exposeString('to', { description: 'A channel, an address, a thing that is commented on.' }),
      text: t.exposeString('text', { nullable: true, description: 'Null where it is taken back.' }),
      previousText: t.exposeString('previousText', { nullable: true, description: 'Null where it is new.' }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  });

const addPermission = (builder: Builder) => {
  const act = builder.enumType('PermissionAct', {
    description: 'What happens to a permission.',
    values: described({ GRANT: 'It is given.', REVOKE: 'It is taken away.' }),
  });
  return builder.objectRef<PermissionDiff>('PermissionDiff').implement({
    description: 'Who may do what afterwards, or no longer.',
    authScopes: { read: true },
    fields: (t) => ({
      act: t.expose('act', { type: act, description: 'Given or taken away.' }),
      subject: t.exposeString('subject', { description: 'Who: a person, a group, everybody.' }),
      permission: t.exposeString('permission', { description: 'What they may do: writer.' }),
      resource: t.exposeString('resource', { description: 'To what.' }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  });
};

const addTable = (builder: Builder, lineKind: LineKind) => {
  const row = builder.objectRef<TableRow>('TableDiffRow').implement({
    description: 'One row.',
    authScopes: { read: true },
    fields: (t) => ({
      kind: t.expose('kind', { type: lineKind, description: 'Kept, added or removed.' }),
      cells: t.stringList({ description: 'One for each column.', resolve: ({ cells }) => [...cells] }),
    }),
  });
  return builder.objectRef<TableDiff>('TableDiff').implement({
    description: 'Rows that change.',
    authScopes: { read: true },
    fields: (t) => ({
      title: t.exposeString('title', { description: 'Which table.' }),
      columns: t.stringList({ description: 'Their names.', resolve: ({ columns }) => [...columns] }),
      rows: t.field({ type: [row], description: 'In their order.', resolve: ({ rows }) => rows }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  });
};

const addDeletions = (builder: Builder) =>
  builder.objectRef<DeletionsDiff>('DeletionsDiff').implement({
    description: 'Things that cease to exist, all of them.',
    authScopes: { read: true },
    fields: (t) => ({
      title: t.exposeString('title', { description: 'What they are.' }),
      names: t.stringList({ description: 'Each of them.', resolve: ({ names }) => [...names] }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  });

const addGraph = (builder: Builder, lineKind: LineKind) => {
  const node = builder.objectRef<GraphNode>('GraphDiffNode').implement({
    description: 'A thing of the graph.',
    authScopes: { read: true },
    fields: (t) => ({
      id: t.exposeString('id', { description: 'What edges name it by.' }),
      label: t.exposeString('label', { description: 'What people call it.' }),
      kind: t.expose('kind', { type: lineKind, description: 'Kept, added or removed.' }),
    }),
  });
  const edge = builder.objectRef<GraphEdge>('GraphDiffEdge').implement({
    description: 'A dependency.',
    authScopes: { read: true },
    fields: (t) => ({
      from: t.exposeString('from', { description: 'Id of the node that is needed.' }),
      to: t.exposeString('to', { description: 'Id of the node that needs it.' }),
      kind: t.expose('kind', { type: lineKind, description: 'Kept, added or removed.' }),
    }),
  });
  return builder.objectRef<GraphDiff>('GraphDiff').implement({
    description: 'What depends on what.',
    authScopes: { read: true },
    fields: (t) => ({
      title: t.exposeString('title', { description: 'What it is of.' }),
      nodes: t.field({ type: [node], description: 'The things.', resolve: ({ nodes }) => nodes }),
      edges: t.field({ type: [edge], description: 'The dependencies.', resolve: ({ edges }) => edges }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  });
};
