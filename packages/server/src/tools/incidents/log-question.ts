import { z } from 'zod';
import type { EntriesFound } from '../contract/ports.ts';
import type { ToolContext } from '../contract/tool.ts';
import { catalogueWords } from '../shared/cite.ts';
import { entriesOf, entryData } from '../shared/entry-data.ts';

const moment = z.iso.datetime({ offset: true }).optional();

export const logQuestion = {
  search: z.string().min(1).max(200).optional().describe('A part of a line.'),
  level: z.string().min(1).max(20).optional().describe('error, warn …'),
  service: z.string().min(1).max(200).optional().describe('Exactly.'),
  from: moment.describe('ISO 8601.'),
  to: moment.describe('ISO 8601.'),
};

type LogQuestion = { readonly [Key in keyof typeof logQuestion]?: z.output<(typeof logQuestion)[Key]> };

export interface LogLine {
  readonly at: Date;
  readonly level: string;
  readonly service: string | null;
  readonly host: string | null;
  readonly message: string;
  readonly traceId: string | null;
}

const mostRead = 5_000;

/** Lines that match, newest first. */
export const readLines = async (
  { search, level, service, from, to }: LogQuestion,
  { catalogues }: Pick<ToolContext, 'catalogues'>,
): Promise<{ readonly lines: readonly LogLine[]; readonly found: EntriesFound; readonly isCut: boolean }> => {
  const found = await catalogues.find(
    'LOG',
    {
      search,
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
    },
    mostRead,
  );
  const lines = entriesOf(found.entries, entryData.log)
    .flatMap(({ at, said }) => (at ? [{ ...said, at }] : []))
    .filter((line) => level === undefined || line.level === level.toLowerCase())
    .filter((line) => service === undefined || line.service === service);
  return { lines, found, isCut: found.total > mostRead };
};

/** Of what a question is answered from. */
export const logWords = ({
  found,
  isCut,
}: {
  readonly found: EntriesFound;
  readonly isCut: boolean;
}): string =>
  `${catalogueWords('LOG', found)}${isCut ? `, of which the newest ${mostRead} alone were looked at: narrow the time` : ''}`;

export const tellLine = ({ at, message, ...line }: LogLine) => ({
  ...line,
  at: at.toISOString(),
  message: message.slice(0, 1_000),
});

export const lineOutput = z.object({
  at: z.string(),
  level: z.string(),
  service: z.string().nullable(),
  host: z.string().nullable(),
  message: z.string(),
  traceId: z.string().nullable(),
});
