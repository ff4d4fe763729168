import { quoted } from '@countersign/shared';
import { refusalAt, type Refusal } from '../../domain/errors.ts';
import type { FieldDiff } from '../../domain/diff.ts';
import type { Json } from '../../domain/json.ts';
import { canonicalJson } from '../../infra/digest.ts';
import { meantPerhaps, nearestNames } from '../../domain/nearest.ts';
import type { Column, DataSource } from './notion-api.ts';
import { typed } from './property-values.ts';
import type { PropertyValues } from './page.ts';

const columnOf = ({ properties }: DataSource, name: string): Column | undefined =>
  Object.hasOwn(properties, name) ? properties[name] : undefined;

/** Why these values do not fit the columns of the table; null where they do. */
export const columnFault = (source: DataSource, values: PropertyValues): Refusal | null => {
  for (const [name, value] of Object.entries(values)) {
    const path = `properties[${JSON.stringify(name)}]`;
    const column = columnOf(source, name);
    if (!column) {
      const names = Object.keys(source.properties);
      const message = `There is no property ${quoted(name)}${meantPerhaps(name, names) || '.'}`;
      return refusalAt(path, 'RESOURCE_NOT_FOUND', message, { suggestions: nearestNames(name, names) });
    }
    const { type } = typed(value);
    if (type !== column.type) {
      const message = `${quoted(name)} is of the type ${quoted(column.type)}, not ${quoted(type)}.`;
      return refusalAt(path, 'SCHEMA_VALIDATION_FAILED', message);
    }
    const [missing] = type === 'status' ? optionsMissing(column, value) : [];
    if (missing !== undefined) {
      const known = column.status?.options.map((option) => option.name) ?? [];
      const message = `${quoted(name)} has no status ${quoted(missing)}, and the API cannot add one.`;
      return refusalAt(path, 'RESOURCE_NOT_FOUND', message, { suggestions: known.slice(0, 10) });
    }
  }
  return null;
};

const optionsMissing = (column: Column, value: Json): string[] => {
  const { type, content } = typed(value);
  const known = column[type as 'select' | 'multi_select' | 'status']?.options ?? [];
  const chosen = (Array.isArray(content) ? content : [content]) as readonly ({ name: string } | null)[];
  return chosen.flatMap((option) =>
    option && !known.some(({ name }) => name === option.name) ? [option.name] : [],
  );
};

/** What Notion adds to a table's columns by itself. */
export const newOptions = (source: DataSource, values: PropertyValues): string[] =>
  Object.entries(values).flatMap(([name, value]) => {
    const column = columnOf(source, name);
    if (!column || !['select', 'multi_select'].includes(column.type)) return [];
    return optionsMissing(column, value).map(
      (option) => `${quoted(option)} is new among the options of ${quoted(name)}: it is added for everybody.`,
    );
  });

const isEmpty = (shown: Json): boolean => ['null', '""', '[]'].includes(canonicalJson(shown));

export const propertyDiff = (name: string, before: Json, after: Json): FieldDiff => ({
  type: 'FIELD',
  path: `/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
  before,
  after,
  isDestructive: isEmpty(after) && !isEmpty(before),
});
