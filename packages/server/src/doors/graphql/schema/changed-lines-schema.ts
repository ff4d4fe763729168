import type { Builder } from './builder.ts';
import type { DiffTypes } from './diff-schema.ts';
import { codedError } from '../errors.ts';
import type { ChangedLines, LinesQuery } from '../../../domain/diff.ts';
import { listCursor, notACursorOf, placeIn } from '../../../domain/list-cursor.ts';
import { defineType } from './exposed-fields.ts';

const most = 5_000;
const usual = 1_000;
const list = 'lines';

interface LinesPage extends ChangedLines {
  readonly end: number;
}

export interface LinesArgs {
  readonly path: string;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** What an answer about so many lines costs, at most. */
export const linesComplexity = ({ first }: Pick<LinesArgs, 'first'>) => ({
  field: 1 + Math.min(first ?? usual, most) / 100,
  multiplier: 1,
});

/** Throws where somebody asks for what is no part of a list. */
export const linesQuery = ({ path, first, after }: LinesArgs): LinesQuery => {
  const count = first ?? usual;
  const from = after == null ? 0 : Number(placeIn(list, after) || Number.NaN);
  if (count < 1 || count > most)
    throw codedError('SCHEMA_VALIDATION_FAILED', `first must be between 1 and ${most}.`);
  if (!Number.isSafeInteger(from) || from < 0)
    throw codedError('SCHEMA_VALIDATION_FAILED', notACursorOf(list, after ?? ''));
  return { path, from, count };
};

export const linesPage = (query: LinesQuery, lines: ChangedLines): LinesPage => ({
  ...lines,
  end: Math.min(query.from + query.count, lines.totalLines),
});

/** A part of a file's change. */
export const addChangedLinesType = (builder: Builder, { hunk }: Pick<DiffTypes, 'hunk'>) =>
  defineType<LinesPage>(
    builder,
    'ChangedLines',
    'A part of what changes in one file. All parts together leave nothing out.',
    {
      totalLines: ['Int', 'Lines of the whole change, with their surroundings.'],
      hasBothSides: [
        'Boolean',
        'False where what was there before is no text or too large to be read: these are the new lines alone.',
      ],
    },
    (t) => ({
      hunks: t.field({
        type: [hunk],
        description:
          'In order. One that goes on in the next part is cut, and each piece says where it stands.',
        resolve: (parent) => parent.hunks,
      }),
      endCursor: t.field({
        type: 'Cursor',
        description: 'Give it as `after` for the next part.',
        resolve: ({ end }) => listCursor(list, String(end)),
      }),
      hasNextPage: t.boolean({
        description: 'Whether more follows.',
        resolve: ({ end, totalLines }) => end < totalLines,
      }),
    }),
  );
