import type { Builder } from './builder.ts';
import { enumOf } from './enum-of.ts';
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
import { defineType } from './exposed-fields.ts';

/** The typed changes of a plan. */
export const addDiffTypes = (builder: Builder, refs: Refs) => {
  const lineKind = addLineKind(builder);
  const file = addFileDiff(builder, lineKind);
  const blocks = addBlockTypes(builder, lineKind);
  const request = addRequestDiff(builder);
  const field = defineType<FieldDiff>(
    builder,
    'FieldDiff',
    'One value that changes.',
    {
      path: ['String', 'A JSON Pointer.'],
      before: ['JSON', 'The value now.', 'nullable'],
      after: ['JSON', 'The value then.', 'nullable'],
    },
    (t) => ({
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  );
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
  const target = defineType<Target>(builder, 'Target', 'A thing that an action touches.', {
    kind: ['String', 'branch, url, …'],
    name: ['String', 'Which one.'],
  });
  const finding = defineType<Finding>(builder, 'Finding', 'Something an executor noticed while planning.', {
    severity: [refs.enums.risk, 'How much it matters.'],
    message: ['String', 'What it is.'],
  });
  return { diff, target, finding, hunk: file.hunk };
};

export type DiffTypes = ReturnType<typeof addDiffTypes>;

const addFileDiff = (builder: Builder, kind: LineKind) => {
  const change = enumOf(builder, 'FileChange', 'What happens to a file.', {
    CREATE: 'It did not exist before.',
    UPDATE: 'Its bytes change.',
    DELETE: 'It is gone afterwards.',
  });
  const line = defineType<DiffLine>(
    builder,
    'DiffLine',
    'One line.',
    {
      kind: [kind, 'Kept, added or removed.'],
      text: ['String', 'Without its line end. Not trusted: may hold any character.'],
      oldNumber: ['Int', 'Its number before, from 1.', 'nullable'],
      newNumber: ['Int', 'Its number after, from 1.', 'nullable'],
    },
    (t) => ({
      isUnterminated: t.boolean({
        description: 'True where the file ends with this line and the line has no line end.',
        resolve: ({ isUnterminated = false }) => isUnterminated,
      }),
    }),
  );
  const hunk = defineType<DiffHunk>(
    builder,
    'DiffHunk',
    'Lines that change together, with their surroundings.',
    {
      oldStart: ['Int', 'First line before.'],
      oldLines: ['Int', 'Lines before.'],
      newStart: ['Int', 'First line after.'],
      newLines: ['Int', 'Lines after.'],
    },
    (t) => ({
      lines: t.field({
        type: [line],
        description: 'The lines.',
        complexity: { field: 1, multiplier: 1 },
        resolve: (parent) => parent.lines,
      }),
    }),
  );
  const type = defineType<FileDiff>(
    builder,
    'FileDiff',
    'A file that is created, changed or deleted.',
    {
      path: ['String', 'Below the root of the repository.'],
      change: [change, 'What happens to it.'],
      additions: ['Int', 'Lines added.'],
      deletions: ['Int', 'Lines removed.'],
      isBinary: ['Boolean', 'True where there are no lines to show.'],
      isTruncated: [
        'Boolean',
        'True where lines were left out: the change is larger than what a plan shows at once. `Plan.lines` has all of them.',
      ],
    },
    (t) => ({
      hunks: t.field({ type: [hunk], description: 'The change itself.', resolve: (parent) => parent.hunks }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  );
  return { type, hunk };
};

const addRequestDiff = (builder: Builder) => {
  const header = defineType<HttpRequestDiff['headers'][number]>(
    builder,
    'HttpHeader',
    'A header of a request.',
    {
      name: ['String', 'Its name.'],
      value: ['String', "Its value; a secret's name where isSecret."],
      isSecret: ['Boolean', 'True where the value is kept by the server and never shown.'],
    },
  );
  return defineType<HttpRequestDiff>(
    builder,
    'HttpRequestDiff',
    'A request that will be sent.',
    {
      method: ['String', 'GET, POST, …'],
      url: ['String', 'Where it goes.'],
      body: ['String', 'The text that is sent.', 'nullable'],
    },
    (t) => ({
      headers: t.field({
        type: [header],
        description: 'With these headers.',
        resolve: (parent) => parent.headers,
      }),
      isDestructive: t.boolean({ description: whatIsDestructive, resolve: isDestructive }),
    }),
  );
};
