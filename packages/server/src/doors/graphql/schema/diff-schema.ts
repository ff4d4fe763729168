import type { Builder } from './builder.ts';
import { described } from './enums.ts';
import type { Refs } from './refs.ts';
import {
  isDestructive,
  type Diff,
  type DiffHunk,
  type DiffLine,
  type FieldDiff,
  type FileDiff,
  type HttpRequestDiff,
} from '../../../domain/diff.ts';
import type { Finding, Target } from '../../../domain/planned-action.ts';
import { addBlockTypes, addLineKind, whatIsDestructive, type LineKind } from './diff-block-types.ts';

/** The typed changes of a plan. */
export const addDiffTypes = (builder: Builder, refs: Refs) => {
  const lineKind = addLineKind(builder);
  const file = addFileDiff(builder, lineKind);
  const blocks = addBlockTypes(builder, lineKind);
  const request = addRequestDiff(builder);
  const field = builder.objectRef<FieldDiff>('FieldDiff').implement({
    description: 'One value that changes.',
    authScopes: { read: true },
    fields: (t) => ({
      path: t.exposeString('path', { description: 'A JSON Pointer.' }),
      before: t.expose('before', { type: 'JSON', nullable: true, description: 'The value now.' }),
      after: t.expose('after', { type: 'JSON', nullable: true, description: 'The value then.' }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  });
  const names = {
    FILE: 'FileDiff',
    HTTP_REQUEST: 'HttpRequestDiff',
    FIELD: 'FieldDiff',
    MESSAGE: 'MessageDiff',
    PERMISSION: 'PermissionDiff',
    TABLE: 'TableDiff',
    DELETIONS: 'DeletionsDiff',
    GRAPH: 'GraphDiff',
  } as const;
  const diff = builder.unionType('Diff', {
    description: 'A change, typed by the way in which it is best shown, whichever platform it is of.',
    types: [file.type, request, field, ...blocks],
    resolveType: (value: Diff) => names[value.type],
  });
  const target = builder.objectRef<Target>('Target').implement({
    description: 'A thing that an action touches.',
    authScopes: { read: true },
    fields: (t) => ({
      kind: t.exposeString('kind', { description: 'branch, url, …' }),
      name: t.exposeString('name', { description: 'Which one.' }),
    }),
  });
  const finding = builder.objectRef<Finding>('Finding').implement({
    description: 'Something an executor noticed while planning.',
    authScopes: { read: true },
    fields: (t) => ({
      severity: t.expose('severity', { type: refs.enums.risk, description: 'How much it matters.' }),
      message: t.exposeString('message', { description: 'What it is.' }),
    }),
  });
  return { diff, target, finding, hunk: file.hunk };
};

export type DiffTypes = ReturnType<typeof addDiffTypes>;

const addFileDiff = (builder: Builder, kind: LineKind) => {
  const change = builder.enumType('FileChange', {
    description: 'What happens to a file.',
    values: described({
      CREATE: 'It did not exist before.',
      UPDATE: 'Its bytes change.',
      DELETE: 'It is gone afterwards.',
    }),
  });
  const line = builder.objectRef<DiffLine>('DiffLine').implement({
    description: 'One line.',
    authScopes: { read: true },
    fields: (t) => ({
      kind: t.expose('kind', { type: kind, description: 'Kept, added or removed.' }),
      text: t.exposeString('text', {
        description: 'Without its line end. Not trusted: may hold any character.',
      }),
      oldNumber: t.exposeInt('oldNumber', { nullable: true, description: 'Its number before, from 1.' }),
      newNumber: t.exposeInt('newNumber', { nullable: true, description: 'Its number after, from 1.' }),
      isUnterminated: t.boolean({
        description: 'True where the file ends with this line and the line has no line end.',
        resolve: ({ isUnterminated = false }) => isUnterminated,
      }),
    }),
  });
  const hunk = builder.objectRef<DiffHunk>('DiffHunk').implement({
    description: 'Lines that change together, with their surroundings.',
    authScopes: { read: true },
    fields: (t) => ({
      oldStart: t.exposeInt('oldStart', { description: 'First line before.' }),
      oldLines: t.exposeInt('oldLines', { description: 'Lines before.' }),
      newStart: t.exposeInt('newStart', { description: 'First line after.' }),
      newLines: t.exposeInt('newLines', { description: 'Lines after.' }),
      lines: t.field({
        type: [line],
        description: 'The lines.',
        complexity: { field: 1, multiplier: 1 },
        resolve: (parent) => parent.lines,
      }),
    }),
  });
  const type = builder.objectRef<FileDiff>('FileDiff').implement({
    description: 'A file that is created, changed or deleted.',
    authScopes: { read: true },
    fields: (t) => ({
      path: t.exposeString('path', { description: 'Below the root of the repository.' }),
      change: t.expose('change', { type: change, description: 'What happens to it.' }),
      additions: t.exposeInt('additions', { description: 'Lines added.' }),
      deletions: t.exposeInt('deletions', { description: 'Lines removed.' }),
      hunks: t.field({ type: [hunk], description: 'The change itself.', resolve: (parent) => parent.hunks }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
      isBinary: t.exposeBoolean('isBinary', { description: 'True where there are no lines to show.' }),
      isTruncated: t.exposeBoolean('isTruncated', {
        description:
          'True where lines were left out: the change is larger than what a plan shows at once. `Plan.lines` has all of them.',
      }),
    }),
  });
  return { type, hunk };
};

const addRequestDiff = (builder: Builder) => {
  const header = builder.objectRef<HttpRequestDiff['headers'][number]>('HttpHeader').implement({
    description: 'A header of a request.',
    authScopes: { read: true },
    fields: (t) => ({
      name: t.exposeString('name', { description: 'Its name.' }),
      value: t.exposeString('value', { description: "Its value; a secret's name where isSecret." }),
      isSecret: t.exposeBoolean('isSecret', {
        description: 'True where the value is kept by the server and never shown.',
      }),
    }),
  });
  return builder.objectRef<HttpRequestDiff>('HttpRequestDiff').implement({
    description: 'A request that will be sent.',
    authScopes: { read: true },
    fields: (t) => ({
      method: t.exposeString('method', { description: 'GET, POST, …' }),
      url: t.exposeString('url', { description: 'Where it goes.' }),
      headers: t.field({
        type: [header],
        description: 'With these headers.',
        resolve: (parent) => parent.headers,
      }),
      body: t.exposeString('body', { nullable: true, description: 'The text that is sent.' }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  });
};
