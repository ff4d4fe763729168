import { z } from 'zod';
import { readRows, type GivenRow, type RowsRead } from '../reading-rows.ts';
import type { CatalogueFormat, EntryRow } from './entry.ts';
import { cut, isKeepable, moment } from './fields.ts';

const text = cut(300).nullish();

/** Names that loggers have for the same; the first that is there holds. */
const logLine = z
  .object({
    line: z.int(),
    said: z.object({
      time: z.union([moment, z.number().transform((value) => new Date(value))]).optional(),
      timestamp: moment.optional(),
      ts: moment.optional(),
      level: z.union([cut(20), z.number().transform(String)]).nullish(),
      severity: cut(20).nullish(),
      service: text,
      host: text,
      hostname: text,
      message: cut(4_000).nullish(),
      msg: cut(4_000).nullish(),
      traceId: text,
      trace_id: text,
    }),
  })
  .transform(({ line, said }, context): EntryRow => {
    const at = said.time ?? said.timestamp ?? said.ts;
    const message = said.message ?? said.msg;
    if (!at || !isKeepable(at))
      context.addIssue({ code: 'custom', path: ['time'], message: 'time is missing, or is no moment.' });
    if (message === undefined || message === null)
      context.addIssue({ code: 'custom', path: ['message'], message: 'message is missing.' });
    return {
      externalId: String(line),
      name: said.service ?? said.host ?? said.hostname ?? 'log',
      at: at ?? null,
      data: {
        level: (said.level ?? said.severity ?? 'info').toLowerCase(),
        service: said.service ?? null,
        host: said.host ?? said.hostname ?? null,
        message: message ?? '',
        traceId: said.traceId ?? said.trace_id ?? null,
      },
    };
  });

const lines = function* (content: string): Iterable<GivenRow> {
  let line = 0;
  let from = 0;
  while (from < content.length) {
    const found = content.indexOf('\n', from);
    const to = found === -1 ? content.length : found;
    const one = content.slice(from, to).trim();
    from = to + 1;
    line += 1;
    if (one === '') continue;
    const at = line;
    const placeOf = (keys: readonly PropertyKey[]): string =>
      keys.length > 1 ? `line ${at}, ${keys.slice(1).map(String).join('.')}` : `line ${at}`;
    yield { value: { line, said: valueOf(one) }, placeOf };
  }
};

/** What is no JSON is no object, and refused as such. */
const valueOf = (line: string): unknown => {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
};

const readLines = (content: string): Promise<RowsRead<EntryRow>> =>
  readRows(lines(content), logLine, ({ externalId }) => externalId);

export const jsonLines: CatalogueFormat = { kind: 'LOG', read: readLines };
