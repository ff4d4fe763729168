import type { DMMF } from '@prisma/generator-helper';
import { readJsonMark, readMarks } from './marks.ts';

/** Of a column, in PostgreSQL and in the server. */
const types: Readonly<Record<string, readonly [sql: string, value: string]>> = {
  'String Uuid': ['uuid', 'string'],
  String: ['text', 'string'],
  Int: ['int4', 'number'],
  'Int SmallInt': ['int2', 'number'],
  BigInt: ['int8', 'bigint'],
  Bytes: ['bytea', 'Buffer'],
  Boolean: ['bool', 'boolean'],
  'DateTime Timestamptz': ['timestamptz', 'Date'],
  // Where no mark says more.
  Json: ['jsonb', 'unknown'],
};

/** The fields of a model that are columns of its table. */
export const columnsOf = ({ fields }: DMMF.Model): readonly DMMF.Field[] =>
  fields.filter(({ kind }) => kind === 'scalar' || kind === 'enum');

export const columnName = ({ name, dbName }: DMMF.Field): string => dbName ?? name;
export const tableName = ({ name, dbName }: DMMF.Model): string => dbName ?? name;

/** The module that tells the server what its tables hold. */
export function tablesSource({ models, enums }: DMMF.Datamodel): string {
  const sqlNames = new Map(enums.map(({ name, dbName }) => [name, dbName ?? name]));
  const column = (field: DMMF.Field): string => {
    const [sql, value] = typeOf(field, sqlNames);
    const marks = readMarks('field', field);
    const kind = marks.has('@update') ? 'changeable' : 'column';
    const made = `${kind}<${value}>('${columnName(field)}', '${sql}')`;
    return `${field.name}: ${marks.has('@encrypted') ? `encrypted(${made})` : made},`;
  };
  models.forEach(checkEncrypted);
  return [
    '// Written by prisma/generate.ts from prisma/models.',
    ...importsOf(models.flatMap(columnsOf)),
    "import { changeable, column, defineTable, encrypted } from '../infra/rows.ts';",
    '',
    ...enums.map(({ name, values }) => `type ${name} = ${values.map((one) => `'${one.name}'`).join(' | ')};`),
    '',
    'export const tables = {',
    ...models.map(
      (model) => `${camelCase(model.name)}: defineTable('${tableName(model)}', {
        ${columnsOf(model).map(column).join('\n')}
      }),`,
    ),
    '};',
    '',
  ].join('\n');
}

/** A value is bound to its row and tenant, so there must be both; and only texts and documents have a form for it. */
function checkEncrypted(model: DMMF.Model): void {
  const columns = columnsOf(model);
  for (const field of columns.filter((each) => readMarks('field', each).has('@encrypted'))) {
    if (!columns.some(({ name }) => name === 'id') || !columns.some(({ name }) => name === 'tenantId'))
      throw new Error(`${model.name}.${field.name}: @encrypted is for models with id and tenantId.`);
    if (field.isList || field.nativeType || !['String', 'Json'].includes(field.type))
      throw new Error(`${model.name}.${field.name}: @encrypted is for texts and documents.`);
  }
}

/** Of the types that the marks name. */
function importsOf(fields: readonly DMMF.Field[]): string[] {
  const named = fields.flatMap((field) => {
    const { type, file } = readJsonMark(field) ?? { file: null };
    return file === null ? [] : [{ file, name: type.replace('[]', '') }];
  });
  return [...Map.groupBy(named, ({ file }) => file)].map(([file, names]) => {
    const types = [...new Set(names.map(({ name }) => name))].toSorted();
    return `import type { ${types.join(', ')} } from '../${file}';`;
  });
}

function typeOf(
  field: DMMF.Field,
  sqlNames: ReadonlyMap<string, string>,
): readonly [sql: string, value: string] {
  const { name, type, kind, nativeType, isList, isRequired } = field;
  const mark = readJsonMark(field);
  if (mark && type !== 'Json') throw new Error(`${name}: @json is for columns of the type Json.`);
  const known =
    kind === 'enum' ? [sqlNames.get(type), type] : types[[type, nativeType?.[0] ?? []].flat().join(' ')];
  const [sql, value] = known ?? [];
  if (!sql || !value) throw new Error(`${name}: no column of the type ${type} is known yet.`);
  if (isList) return [`${sql}[]`, `readonly ${value}[]`];
  const held = mark ? `${mark.type.endsWith('[]') ? 'readonly ' : ''}${mark.type}` : value;
  return [sql, isRequired || held === 'unknown' ? held : `${held} | null`];
}

const camelCase = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
