import type { Asset, AssetFilter, AssetNode } from '../domain/asset.ts';
import type { Connections, StatementRunner, Transaction } from '../infra/database.ts';
import { columnsOf, givenRows, placesOf, valuesOf, without, type Table } from '../infra/rows.ts';
import { counted } from './conditions.ts';
import { tables } from './tables.ts';
import { behindRow } from './place-in-list.ts';

const rows: Table<Asset> = tables.asset;
const given = without(rows, 'until');

/** Versions that are over are kept so long, so that what was cited opens. */
const keptDays = 90;
export const mostKinds = 1_000;

export interface AssetStore {
  /** By name, numbers in it by their value. */
  find(tenantId: string, filter: AssetFilter, limit: number, after?: string | null): Promise<Asset[]>;
  /** All there were at that moment, by name; null where they, or what they need, are more than that. */
  findNodes(
    tenantId: string,
    at: Date,
    most: { readonly nodes: number; readonly edges: number },
  ): Promise<AssetNode[] | null>;
  /** `most` for so many and more. */
  count(tenantId: string, filter: AssetFilter, most: number): Promise<number>;
  /** Of all versions that are kept, each once; a thousand at most. */
  kinds(tenantId: string): Promise<readonly string[]>;
  /** Of all that match, who told of them. */
  sources(tenantId: string, filter: AssetFilter): Promise<readonly string[]>;
  /** Of those that have the component, most first, 50 at most. */
  countVersions(
    tenantId: string,
    filter: AssetFilter,
    component: string,
  ): Promise<{ readonly version: string; readonly count: number }[]>;
}

/** People count: web-2 comes before web-10. Each number is compared by its last twelve digits, zeros before it. */
const inOrder = (name: string): string =>
  `regexp_replace(regexp_replace(${name}, '(\\d+)', '000000000000\\1', 'g'), '0*(\\d{12})(?!\\d)', '\\1', 'g') COLLATE "C"`;

type Values = unknown[];

/** A condition for each thing that is asked. */
const conditionsOf = (tenantId: string, filter: AssetFilter): { text: string; values: Values } => {
  const values: Values = [tenantId];
  const value = (one: unknown): string => `$${values.push(one)}`;
  const all = ['a.tenant_id = $1', atCondition(filter.at, value)];
  const { search, kind, environment, region, owner, source, tag, component, version, names } = filter;
  if (search)
    all.push(
      `position(lower(${value(search)}) IN lower(concat_ws(' ', a.name, a.owner, a.region, a.external_id))) > 0`,
    );
  for (const [column, wanted] of Object.entries({ kind, region, owner, source }))
    if (wanted !== undefined) all.push(`a.${column} = ${value(wanted)}`);
  if (environment) all.push(`a.environment = ${value(environment)}::environment`);
  if (tag) all.push(`a.tags->>${value(tag.key)}::text = ${value(tag.value)}`);
  if (component) {
    const place = `a.versions->>${value(component)}::text`;
    all.push(version === undefined ? `${place} IS NOT NULL` : `${place} = ${value(version)}`);
  }
  if (names) all.push(`a.name = ANY(${value(names)}::text[])`);
  return { text: all.join(' AND '), values };
};

const atCondition = (at: Date | undefined, value: (one: unknown) => string): string => {
  if (!at) return 'a.until IS NULL';
  const moment = `${value(at)}::timestamptz`;
  return `a.since <= ${moment} AND (a.until IS NULL OR a.until > ${moment})`;
};

export const createAssetStore = (database: { readonly reports: Connections }): AssetStore => ({
  find(tenantId, filter, limit, after) {
    const { text, values } = conditionsOf(tenantId, filter);
    const from = after
      ? `AND (${inOrder('a.name')}, a.name, a.id) > (SELECT ${inOrder('name')}, name, id FROM asset WHERE id = $${values.push(after)} AND tenant_id = $1)`
      : '';
    const page = database.reports.query<Asset>(
      `SELECT ${columnsOf(rows, 'a')} FROM asset a WHERE ${text} ${from} ORDER BY ${inOrder('a.name')}, a.name, a.id LIMIT $${values.push(limit)}`,
      values,
    );
    return behindRow(after ?? null, page, () =>
      database.reports.query('SELECT FROM asset WHERE tenant_id = $1 AND id = $2', [tenantId, after]),
    );
  },
  async findNodes(tenantId, at, most) {
    const { text, values } = conditionsOf(tenantId, { at });
    const limit = `LIMIT $${values.push(most.nodes + 1)}`;
    const [size] = await database.reports.query<{ nodes: number; edges: number }>(
      `SELECT count(*)::int AS nodes, coalesce(sum(cardinality(dependencies)), 0)::int AS edges
         FROM (SELECT a.dependencies FROM asset a WHERE ${text} ${limit}) AS node`,
      values,
    );
    if (!size || size.nodes > most.nodes || size.edges > most.edges) return null;
    return database.reports.query<AssetNode>(
      `SELECT a.name, a.external_id AS "externalId", a.kind, a.environment, a.region, a.dependencies,
              a.tags->>'role' AS role, a.tags->>'exposure' AS exposure
         FROM asset a WHERE ${text} ORDER BY a.name COLLATE "C", a.id ${limit}`,
      values,
    );
  },
  async count(tenantId, filter, most) {
    const { text, values } = conditionsOf(tenantId, filter);
    const [row] = await database.reports.query<{ count: number }>(
      counted(`SELECT FROM asset a WHERE ${text}`, `$${values.push(most)}`),
      values,
    );
    return row?.count ?? 0;
  },
  async kinds(tenantId) {
    const found = await database.reports.query<{ kind: string }>(
      `SELECT DISTINCT kind FROM asset WHERE tenant_id = $1 ORDER BY kind LIMIT ${mostKinds}`,
      [tenantId],
    );
    return found.map(({ kind }) => kind);
  },
  async sources(tenantId, filter) {
    const { text, values } = conditionsOf(tenantId, filter);
    const found = await database.reports.query<{ source: string }>(
      `SELECT DISTINCT a.source FROM asset a WHERE ${text}`,
      values,
    );
    return found.map(({ source }) => source);
  },
  countVersions(tenantId, filter, component) {
    const { text, values } = conditionsOf(tenantId, { ...filter, component, version: undefined });
    const place = `a.versions->>$${values.push(component)}::text`;
    return database.reports.query<{ version: string; count: number }>(
      `SELECT ${place} AS version, count(*)::int AS count FROM asset a WHERE ${text}
       GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50`,
      values,
    );
  },
});

const told = ['kind', 'name', 'environment', 'region', 'owner', 'versions', 'tags', 'dependencies'];

/** What differs from what stands, or is new, begins a version; what stood till then ends. Gives how many of each. */
export const upsertAssets = async (
  tx: StatementRunner,
  assets: readonly Omit<Asset, 'until'>[],
): Promise<{ readonly added: number; readonly changed: number }> => {
  const differs = told.map((column) => `old.${column} IS DISTINCT FROM r."${column}"`).join(' OR ');
  const [counts] = await tx.query<{ added: number; changed: number }>(
    `WITH told AS (
       SELECT r.*, old.id AS old_id FROM ${givenRows(given)} AS r
         LEFT JOIN LATERAL (
           -- In this order one index serves alone; another would read the whole tenant for each row.
           SELECT * FROM asset a WHERE a.tenant_id = r."tenantId" AND a.source = r."source"
              AND a.external_id = r."externalId" ORDER BY a.since DESC, a.until DESC NULLS FIRST LIMIT 1
         ) old ON old.until IS NULL
        WHERE old.id IS NULL OR ${differs}
     ), ended AS (
       UPDATE asset SET until = told."since" FROM told WHERE asset.id = told.old_id RETURNING asset.id
     ), begun AS (
       INSERT INTO asset (${placesOf(given)}) SELECT ${valuesOf(given)} FROM told RETURNING id
     )
     SELECT (SELECT count(*) FROM ended)::int AS changed, ((SELECT count(*) FROM begun) - (SELECT count(*) FROM ended))::int AS added`,
    [JSON.stringify(assets)],
  );
  return counts ?? { added: 0, changed: 0 };
};

/** Ends what the source does not tell of any more; gives how many. */
export const retireAssets = async (
  tx: StatementRunner,
  { tenantId, source, at }: { readonly tenantId: string; readonly source: string; readonly at: Date },
  kept: readonly string[],
): Promise<number> => {
  const ended = await tx.query(
    `UPDATE asset a SET until = $3 WHERE a.tenant_id = $1 AND a.source = $2 AND a.until IS NULL
       AND a.external_id NOT IN (SELECT unnest($4::text[])) RETURNING 1`,
    [tenantId, source, at, kept],
  );
  return ended.length;
};

export const forgetOldAssets = (tx: Transaction, tenantId: string): void => {
  tx.write(`DELETE FROM asset WHERE tenant_id = $1 AND until < now() - interval '${keptDays} days'`, [
    tenantId,
  ]);
};
