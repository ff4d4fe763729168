import { environments, sourceTrusts } from '@countersign/shared';
import { z } from 'zod';
import { dataSets, type Asset } from '../../domain/asset.ts';
import { accepted, refused, reworded } from '../../domain/errors.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { assetFilterInput, type DataImport } from '../../modules/inventory/index.ts';
import { operationRoute, type Answer } from './operation-route.ts';
import type { RestDeps } from './rest-deps.ts';
import type { RestInput, RestParameter, RestRoute } from './rest-route.ts';
import { moment } from '../shared/task-json.ts';

const words = z.record(z.string(), z.string());

const assetSchema = z
  .strictObject({
    id: z.string().describe('UUID of this version.'),
    source: z.string().describe('Who told of it.'),
    external_id: z.string().describe('How the source calls it.'),
    kind: z.string().describe('server, image, deployment, service …'),
    name: z.string().describe('Its name.'),
    environment: z.enum(environments).nullable().describe('Where it runs.'),
    region: z.string().nullable().describe('Where it stands.'),
    owner: z.string().nullable().describe('Who answers for it.'),
    versions: words.describe('By component.'),
    tags: words.describe('By name.'),
    dependencies: z.array(z.string()).describe('Names of assets that it needs.'),
    since: moment.describe('Since when it is so.'),
    until: moment.nullable().describe('Until when it was so; null while it is.'),
  })
  .meta({ id: 'Asset', description: 'Something that is run or owned, as its source told.' });

const assetJson = ({ externalId, tenantId: _tenant, importId: _import, since, until, ...asset }: Asset) =>
  ({
    ...asset,
    external_id: externalId,
    versions: { ...asset.versions },
    tags: { ...asset.tags },
    dependencies: [...asset.dependencies],
    since: since.toISOString(),
    until: until?.toISOString() ?? null,
  }) satisfies z.output<typeof assetSchema>;

const assetList = z
  .strictObject({
    assets: z.array(assetSchema).describe('By name.'),
    total: z.int().describe('How many match in all.'),
    after: z.string().nullable().describe('Give it as `after` for those that follow; null where none do.'),
  })
  .meta({ id: 'AssetList', description: 'A page of the inventory.' });

const importAnswer: Answer<DataImport> = {
  status: 200,
  description: 'What it changed.',
  schema: z
    .strictObject({
      id: z.string().describe('UUID.'),
      data_set: z.enum(dataSets).describe('What was taken in.'),
      source: z.string().describe('Who it is from.'),
      format: z.string().describe('How the file was written.'),
      trust: z.enum(sourceTrusts).describe('Whether anybody outside could have written it.'),
      rows: z.int().describe('Of the file.'),
      added: z.int().describe('Of them new.'),
      changed: z.int().describe('Of them other than before.'),
      retired: z.int().describe('Rows that stood before and are over.'),
      at: moment.describe('When.'),
    })
    .meta({ id: 'DataImport', description: 'That data was taken in.' }),
  tell: ({ tenantId: _tenant, byId: _by, dataSet, at, ...told }) => ({
    ...told,
    data_set: dataSet,
    at: at.toISOString(),
  }),
};

/** The filter's fields are parameters of their own. */
const asOperationTakes = ({ first, after, ...filter }: RestInput) => ({ filter, first, after });

const withoutFilter = (fault: Fault): Fault => ({
  ...fault,
  path: fault.path.replace(/^filter\./, ''),
  message: fault.message.replace(/^filter\./, ''),
});

const listAssetsRoute = ({ operations: { assets } }: RestDeps): RestRoute => {
  const { first, after } = assets.input.shape;
  const fields = { ...assetFilterInput.shape, first, after };
  return {
    method: 'GET',
    path: '/assets',
    id: assets.name,
    description: assets.description,
    parameters: Object.entries(fields).map(([name, schema]): RestParameter => ({
      in: 'query',
      name,
      schema,
    })),
    answers: { 200: { description: 'Assets.', schema: assetList } },
    faultsOf: (input) => assets.faultsOf(asOperationTakes(input)).map(withoutFilter),
    async answer(call, input) {
      const found = await assets.execute(call, asOperationTakes(input));
      if (!found.ok) return refused(reworded(found.refusal, withoutFilter));
      const { nodes, hasNextPage, cursorOf, count } = found.value;
      const last = nodes.at(-1);
      return accepted({
        status: 200,
        body: {
          assets: nodes.map(assetJson),
          total: count ? await count() : nodes.length,
          after: hasNextPage && last ? cursorOf(last) : null,
        } satisfies z.output<typeof assetList>,
      });
    },
  };
};

/** What we run and own, and how it comes in. */
export const inventoryRoutes = (deps: RestDeps): readonly RestRoute[] => [
  listAssetsRoute(deps),
  operationRoute(deps.operations.importAssets, { method: 'POST', path: '/assets/import' }, importAnswer),
  operationRoute(
    deps.operations.importCatalogue,
    { method: 'POST', path: '/catalogues/import' },
    importAnswer,
  ),
];
