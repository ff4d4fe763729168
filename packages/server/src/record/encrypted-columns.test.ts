import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tables } from './tables.ts';

interface Marked {
  readonly table: string;
  readonly key: string;
  readonly column: string;
}

const marked: readonly Marked[] = Object.values(tables).flatMap(({ name, columns }) =>
  Object.entries(columns)
    .filter(([, { isEncrypted }]) => isEncrypted)
    .map(([key, column]) => ({ table: name, key, column: column.name })),
);
const keyOf = new Map(Object.entries(tables).map(([key, { name }]) => [name, key]));

/** Texts of a file, without what is put into them. */
const literalsOf = (source: string): readonly string[] =>
  (source.match(/`(?:[^`\\]|\\.)*`|'(?:[^'\\\n]|\\.)*'/g) ?? [])
    .map((text) => text.slice(1, -1).replaceAll(/\$\{[^}]*\}/g, ' '))
    .filter((text) => /\b(?:SELECT|UPDATE|INSERT|DELETE|FROM|JOIN|WHERE)\b/.test(text));

/** What a statement calls a table by. */
const namesOf = (table: string, text: string): readonly string[] => {
  const found = text.matchAll(
    new RegExp(`\\b(?:FROM|JOIN|UPDATE|INTO)\\s+"?${table}"?(?:\\s+(?:AS\\s+)?(\\w+))?`, 'g'),
  );
  return [...found].flatMap(([, alias]) => [table, ...(alias === undefined ? [] : [alias])]);
};

/** How a value may be named where nothing of it is looked at: whether it is there, its size, its being written. */
const harmless = (column: string): RegExp =>
  new RegExp(
    [
      `\\b(?:pg_column_size|pg_column_compression|octet_length|length|jsonb_typeof)\\([\\w.]*"?${column}"?\\)`,
      `[\\w.]*"?${column}"?\\s+IS\\s+(?:NOT\\s+)?NULL`,
      `\\b${column}\\s+=\\s+(?:NULL|'\\[\\]')`,
      // Of an encrypted value it says that nobody emptied it.
      `[\\w.]*\\b${column}\\s+<>\\s+'\\[\\]'`,
      'INTO\\s+\\w+\\s+\\([^)]*\\)',
      'AS\\s+r\\([^)]*\\)',
      'SELECT\\b(?:(?!\\bSELECT\\b)[\\s\\S])*?\\bFROM\\s+json_to_recordset',
      `\\b(?:FROM|JOIN|UPDATE|INTO)\\s+\\w+`,
    ].join('|'),
    'g',
  );

/** What a source does with values of encrypted columns that are ciphertext to SQL. */
const plainReads = (source: string): readonly string[] =>
  marked.flatMap(({ table, key, column }) => {
    const isDeclared = new RegExp(`cellsOf\\(\\s*tables\\.${keyOf.get(table) ?? ''},[^)]*\\b${key}:`).test(
      source,
    );
    return literalsOf(source).flatMap((text) => {
      const names = namesOf(table, text);
      // Where it is an array, it is not encrypted.
      if (names.length === 0 || text.includes(`jsonb_typeof(${column}) = 'array'`)) return [];
      const looked = text.replaceAll(harmless(column), ' ');
      const named = `(?:(?:${names.join('|')})\\.|(?<![\\w.:"'$]))"?${column}"?(?![\\w"(:']|\\s*\\.)`;
      const inside = new RegExp(
        `(?:${names.join('|')})\\.${column}\\s*(?:->|#>|@>|\\?|~|LIKE|ILIKE|<>|=|::(?!text AS))|(?:(?<![\\w.])${column})(?:->|::(?!text AS))|\\w\\((?:(?:${names.join('|')})\\.)?${column}\\b`,
      );
      const isRead = new RegExp(named).test(looked) || new RegExp(`${column}::text AS`).test(looked);
      if (inside.test(looked)) return [`${table}.${column} is looked into`];
      return isRead && !isDeclared ? [`${table}.${column} is read without cellsOf`] : [];
    });
  });

describe('encrypted columns', () => {
  const folder = join(import.meta.dirname, '..');
  const files = globSync('{record,infra,modules}/**/*.ts', { cwd: folder }).filter(
    (file) => !/\.test\.ts$|tables\.ts$|encryption-store\.ts$/.test(file),
  );

  it.each(files.filter((file) => literalsOf(readFileSync(join(folder, file), 'utf8')).length > 0))(
    'are read in %s as what they are',
    (file) => {
      expect(plainReads(readFileSync(join(folder, file), 'utf8'))).toEqual([]);
    },
  );

  it.each([
    ['SELECT s.output FROM step s', 'step.output is read without cellsOf'],
    ['SELECT output FROM step', 'step.output is read without cellsOf'],
    [`SELECT id FROM step s WHERE s.output->>'a' = $1`, 'step.output is looked into'],
    [`SELECT id FROM step WHERE output->>'a' = $1`, 'step.output is looked into'],
    ['SELECT d.input::jsonb FROM policy_decision d', 'policy_decision.input is looked into'],
    ['SELECT lower(t.justification) FROM task t', 'task.justification is looked into'],
    ['SELECT id FROM task t WHERE t.justification LIKE $1', 'task.justification is looked into'],
  ])('are found where "%s" takes them for plain', (statement, fault) => {
    expect(plainReads(`\`${statement}\``)).toEqual([fault]);
  });
});
