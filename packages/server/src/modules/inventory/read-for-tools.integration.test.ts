import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase } from '../../../testing/postgres.ts';
import type { Outcome } from '../../domain/errors.ts';
import type { Database } from '../../infra/database.ts';
import { newId } from '../../infra/ids.ts';
import { createAssetStore } from '../../record/asset-store.ts';
import { createCatalogueStore } from '../../record/catalogue-store.ts';
import { createImportStore } from '../../record/import-store.ts';
import { checkOf } from '../../tools/compliance/control-checks.ts';
import type { ToolContext } from '../../tools/contract/tool.ts';
import { billingData } from '../../tools/costs/billing-data.ts';
import { forecast } from '../../tools/costs/forecast.ts';
import { recommend } from '../../tools/costs/recommend.ts';
import { correlateEvents } from '../../tools/incidents/correlate-events.ts';
import { compareVersions } from '../../tools/inventory/compare-versions.ts';
import { queryAssets } from '../../tools/inventory/query-assets.ts';
import { infraGraph } from '../../tools/resilience/infra-graph.ts';
import { simulateFailover } from '../../tools/resilience/simulate-failover.ts';
import { checkExposure } from '../../tools/security/check-exposure.ts';
import { createReadForTools } from './read-for-tools.ts';

const stack = new AsyncDisposableStack();
let database: Database;
beforeAll(async () => {
  database = stack.use(stack.use(await createTestDatabase()).open({ as: 'OWNER' }));
});
afterAll(() => stack.disposeAsync());

/** What tools see of a tenant that has imported so many charges, of so many days, and so many servers. */
const contextOf = async (charges: number, assets: number, days = 20): Promise<ToolContext> => {
  const tenantId = newId();
  const imports = { CHARGE: newId(), INVENTORY: newId(), VULNERABILITY: newId(), LOG: newId() };
  await database.query('INSERT INTO tenant (id, name) VALUES ($1, $2)', [tenantId, tenantId]);
  for (const [dataSet, id] of Object.entries(imports))
    await database.query(
      `INSERT INTO data_import (id, tenant_id, data_set, source, format, trust, rows, added, changed, retired, at)
       VALUES ($1, $2, $3::text::data_set, 'test', 'json', 'INTERNAL', 0, 0, 0, 0, now())`,
      [id, tenantId, dataSet],
    );
  await database.query(
    `INSERT INTO catalogue_entry (id, tenant_id, import_id, external_id, name, at, data)
     SELECT gen_random_uuid(), $1, $2, n, 'charge', now() - (n % $4::int) * interval '1 day',
            '{"cost":1,"currency":"EUR","service":"storage","resource":null,"region":null,"account":null,"category":null}' FROM generate_series(1, $3::int) AS n`,
    [tenantId, imports.CHARGE, charges, days],
  );
  await database.query(
    `INSERT INTO asset (id, tenant_id, source, external_id, kind, name, owner, versions, tags, dependencies, import_id, since)
     SELECT gen_random_uuid(), $1, 'test', n, 'server', 'web-' || n, 'Team Web', '{"openssl":"3.2.2"}', '{}', '{}', $2,
            now() - interval '1 hour' FROM generate_series(1, $3::int) AS n`,
    [tenantId, imports.INVENTORY, assets],
  );
  const read = createReadForTools({
    assets: createAssetStore(database),
    catalogues: createCatalogueStore(database),
    imports: createImportStore(database),
  });
  return { tenantId, signal: new AbortController().signal, now: new Date(), ...read(tenantId) };
};

const tellAssets = (tenantId: string, assets: readonly object[]): Promise<object[]> =>
  database.query(
    `INSERT INTO asset (id, tenant_id, source, external_id, kind, name, environment, owner, versions, tags, dependencies, import_id, since)
     SELECT gen_random_uuid(), $1, 'test', name, kind, name, 'PRODUCTION', owner, '{"openssl":"3.2.2"}', tags, dependencies,
            (SELECT id FROM data_import WHERE tenant_id = $1 AND data_set = 'INVENTORY'), now() - interval '1 hour'
       FROM jsonb_to_recordset($2::jsonb) AS told(name text, kind text, owner text, tags jsonb, dependencies text[])`,
    [tenantId, JSON.stringify(assets)],
  );

const tellEntries = (
  tenantId: string,
  dataSet: 'VULNERABILITY' | 'LOG',
  entries: readonly object[],
): Promise<object[]> =>
  database.query(
    `INSERT INTO catalogue_entry (id, tenant_id, import_id, external_id, name, at, data)
     SELECT gen_random_uuid(), $1, (SELECT id FROM data_import WHERE tenant_id = $1 AND data_set = $2::text::data_set),
            n, 'entry', now() - (100 - n) * interval '1 second', data FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY AS told(data, n)`,
    [tenantId, dataSet, JSON.stringify(entries)],
  );

const codeOf = (outcome: Outcome<unknown>) => (outcome.ok ? 'OK' : outcome.refusal.code);

it('sums all charges, or says that there are too many', async () => {
  const [all, more] = await Promise.all([contextOf(50_000, 0), contextOf(50_020, 0)]);
  const asked = { by: 'service', limit: 25 } as const;
  expect(await billingData.call(asked, all)).toMatchObject({
    value: { output: { currencies: [{ currency: 'EUR', total: 50_000 }] } },
  });
  expect(codeOf(await billingData.call(asked, more))).toBe('QUERY_TOO_COMPLEX');
  // Of the oldest day some were not read: it is no day of the line.
  expect(await forecast.call({ days: 30 }, more)).toMatchObject({
    value: { output: { currencies: [{ observedDays: 19, perDay: 0, expected: 75_030 }] } },
  });
  expect(codeOf(await recommend.call({ limit: 20 }, more))).toBe('OK');
  const dense = await contextOf(50_001, 0, 3);
  expect(await forecast.call({ days: 30 }, dense)).toMatchObject({
    refusal: { code: 'QUERY_TOO_COMPLEX', message: expect.stringContaining('fewer than 7 whole days') },
  });
  expect(await recommend.call({ limit: 20 }, dense)).toMatchObject({
    refusal: { code: 'QUERY_TOO_COMPLEX', message: expect.stringContaining('no other question helps') },
  });
}, 60_000);

it('says nothing of all assets that it has seen of a part', async () => {
  const [all, more] = await Promise.all([contextOf(0, 5_000), contextOf(0, 10_001)]);
  const asked = { component: 'openssl', wanted: '3.2.2' };
  expect(await compareVersions.call(asked, all)).toMatchObject({
    value: { output: { total: 5_000, drifted: 0 } },
  });
  expect(codeOf(await compareVersions.call(asked, more))).toBe('QUERY_TOO_COMPLEX');
  expect((await checkOf('cm-8', all)).verdict).toBe('MET');
  expect((await checkOf('cm-8', more)).verdict).toBe('UNKNOWN');
  expect(await queryAssets.call({ limit: 1 }, more)).toMatchObject({
    value: {
      output: { total: 10_001 },
      citation: { text: expect.stringMatching(/^more than 10000 assets found/) },
    },
  });
}, 60_000);

it('follows dependencies through the whole inventory, whatever is asked for', async () => {
  const context = await contextOf(0, 5_100);
  const { tenantId } = context;
  await tellAssets(tenantId, [
    {
      name: 'lb',
      kind: 'load-balancer',
      owner: 'Team Net',
      tags: { exposure: 'public' },
      dependencies: ['queue'],
    },
    { name: 'queue', kind: 'service', owner: 'Team Data', tags: {}, dependencies: ['db'] },
    { name: 'db', kind: 'database', owner: 'Team Shop', tags: { role: 'db' }, dependencies: [] },
    // Another source tells of the same name, and of nothing that it needs.
    { name: 'queue ', kind: 'service', owner: 'Team Data', tags: {}, dependencies: [] },
  ]);
  await database.query("UPDATE asset SET name = 'queue' WHERE tenant_id = $1 AND name = 'queue '", [
    tenantId,
  ]);
  await tellEntries(tenantId, 'VULNERABILITY', [
    {
      summary: 'openssl',
      cvss: 9,
      affected: [{ component: 'openssl', from: null, before: '3.2.3', to: null, exact: null }],
    },
  ]);
  await tellEntries(
    tenantId,
    'LOG',
    ['db', 'lb', 'somewhere'].map((service) => ({
      level: 'error',
      service,
      host: null,
      message: 'failed',
      traceId: null,
    })),
  );
  expect(await checkExposure.call({ owner: 'Team Shop', limit: 50 }, context)).toMatchObject({
    value: {
      output: { publicAssets: 1, reachable: 3, exposed: [{ asset: 'db', hops: 2 }] },
      citation: {
        text: expect.stringMatching(
          /^1 vulnerable asset of those asked for can be reached from 1 public one,/,
        ),
      },
    },
  });
  expect(await checkExposure.call({ kind: 'database', limit: 50 }, context)).toMatchObject({
    value: { output: { exposed: [{ asset: 'db' }] } },
  });
  // What is named can be narrowed: this advice helps.
  expect(codeOf(await checkExposure.call({ limit: 50 }, context))).toBe('QUERY_TOO_COMPLEX');
  expect(await infraGraph.call({ name: 'lb', direction: 'NEEDS', depth: 5 }, context)).toMatchObject({
    value: {
      output: {
        total: 3,
        edges: [
          { from: 'lb', to: 'queue' },
          { from: 'queue', to: 'db' },
        ],
      },
    },
  });
  expect(await simulateFailover.call({ names: ['db'] }, context)).toMatchObject({
    value: {
      output: {
        lost: ['db'],
        standIns: [{ role: 'db', lost: 1, left: 0 }],
        failing: [
          { name: 'queue', because: 'db' },
          { name: 'lb', because: 'queue' },
        ],
        survives: false,
      },
    },
  });
  const correlated = await correlateEvents.call({ windowMs: 60_000, limit: 20 }, context);
  expect(correlated).toMatchObject({
    value: {
      output: {
        isCut: false,
        groups: [
          {
            places: [
              { name: 'db', needsFirst: false },
              { name: 'lb', needsFirst: true },
              { name: 'somewhere', needsFirst: null },
            ],
          },
        ],
      },
    },
  });

  await database.query("UPDATE asset SET tags = '{}' WHERE tenant_id = $1 AND name = 'lb'", [tenantId]);
  expect(await checkExposure.call({ kind: 'database', limit: 50 }, context)).toMatchObject({
    value: { citation: { text: expect.stringContaining('what can be reached is not known') } },
  });
}, 60_000);

it('says that an inventory is too large to be followed', async () => {
  const context = await contextOf(20, 50_001);
  await tellEntries(
    context.tenantId,
    'LOG',
    ['web-1', 'web-2'].map((service) => ({
      level: 'error',
      service,
      host: null,
      message: 'failed',
      traceId: null,
    })),
  );
  const refused = {
    refusal: { code: 'QUERY_TOO_COMPLEX', message: expect.stringContaining('no other question helps') },
  };
  expect(await infraGraph.call({ name: 'web-1', direction: 'NEEDS', depth: 5 }, context)).toMatchObject(
    refused,
  );
  expect(await simulateFailover.call({ names: ['web-1'] }, context)).toMatchObject(refused);
  expect(await checkExposure.call({ names: ['web-1'], limit: 50 }, context)).toMatchObject(refused);
  expect(await correlateEvents.call({ windowMs: 60_000, limit: 20 }, context)).toMatchObject({
    value: {
      output: { groups: [{ places: [{ needsFirst: null }, { needsFirst: null }] }] },
      citation: { text: expect.stringContaining('who needs whom is not known') },
    },
  });
  expect(await recommend.call({ limit: 20 }, context)).toMatchObject({
    value: { citation: { text: expect.stringContaining('it has more than 50000 assets') } },
  });
}, 60_000);
