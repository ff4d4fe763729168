import type { DMMF } from '@prisma/generator-helper';
import { readMarks } from './marks.ts';
import { columnName, columnsOf, tableName } from './tables-source.ts';

/** What the application may do with each table, as GRANT statements that `privileges.sql` goes before. */
export function privilegesSource({ models }: DMMF.Datamodel): string {
  return [
    '-- Written by prisma/generate.ts from the marks in prisma/models.',
    ...models.flatMap(grantsOf),
    '',
  ].join('\n');
}

function grantsOf(model: DMMF.Model): string[] {
  const marks = readMarks('model', model);
  const columns = columnsOf(model);
  const changeable = columns.filter((field) => readMarks('field', field).has('@update')).map(columnName);
  const rights = [
    ...(marks.has('@insert') ? ['INSERT'] : []),
    ...(marks.has('@delete') ? ['DELETE'] : []),
    ...(changeable.length > 0 ? [`UPDATE (${changeable.join(', ')})`] : []),
  ];
  const table = tableName(model);
  const sequences = marks.has('@insert') ? columns.filter(isCounted) : [];
  return [
    ...(rights.length > 0 ? [`GRANT ${rights.join(', ')} ON public.${table} TO :app;`] : []),
    ...sequences.map((field) => `GRANT USAGE ON SEQUENCE public.${table}_${columnName(field)}_seq TO :app;`),
  ];
}

const isCounted = ({ default: value }: DMMF.Field): boolean =>
  typeof value === 'object' && 'name' in value && value.name === 'autoincrement';
