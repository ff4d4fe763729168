import type { FragmentOf, ResultOf } from 'gql.tada';
import { infiniteQueryOptions } from '@tanstack/react-query';
import type { Environment } from '@countersign/shared';
import { documentOptions } from '../../graphql/document-options.ts';
import { execute } from '../../graphql/execute.ts';
import { graphql } from '../../graphql/graphql.ts';
import { faultsOf, InputRefusalFields } from '../../graphql/input-faults.ts';
import type { CatalogueKind } from './catalogue-kinds.ts';

const Assets = graphql(`
  query Assets($filter: AssetFilter, $after: String) {
    assets(filter: $filter, first: 50, after: $after) {
      totalCount
      nodes {
        id
        source
        externalId
        kind
        name
        environment
        region
        owner
        versions
        tags
        dependencies
        since
        until
        import {
          at
          trust
          by {
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const Imports = graphql(`
  query Imports {
    viewer {
      canOperate
    }
    dataImports(first: 20) {
      nodes {
        id
        dataSet
        source
        format
        trust
        rows
        added
        changed
        retired
        at
        by {
          name
        }
      }
    }
  }
`);

const CatalogueEntries = graphql(`
  query CatalogueEntries($kind: CatalogueKind!, $importId: ID, $search: String, $after: String) {
    catalogueEntries(kind: $kind, importId: $importId, search: $search, first: 50, after: $after) {
      totalCount
      nodes {
        id
        externalId
        name
        at
        data
        import {
          source
          at
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export type Asset = ResultOf<typeof Assets>['assets']['nodes'][number];
export type DataImport = ResultOf<typeof Imports>['dataImports']['nodes'][number];
export type CatalogueEntry = ResultOf<typeof CatalogueEntries>['catalogueEntries']['nodes'][number];

/** As the address has it; tools cite by these. */
export interface AssetSearch {
  readonly search?: string | undefined;
  readonly kind?: string | undefined;
  readonly env?: Environment | undefined;
  readonly region?: string | undefined;
  readonly owner?: string | undefined;
  readonly source?: string | undefined;
  readonly tag?: string | undefined;
  readonly component?: string | undefined;
  readonly version?: string | undefined;
  /** Separated by commas. */
  readonly names?: string | undefined;
  /** As it was then. */
  readonly at?: string | undefined;
}

/** Left out rather than undefined. */
const defined = (words: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(words).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );

export const assetsOptions = ({ env, names, at, ...rest }: AssetSearch) => {
  const filter = {
    ...defined(rest),
    environment: env ?? null,
    names: names?.split(',') ?? null,
    at: at ?? null,
  };
  return infiniteQueryOptions({
    queryKey: ['Assets', filter] as const,
    queryFn: ({ pageParam, signal }) => execute(Assets, { filter, after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ assets: { pageInfo } }) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
    meta: { live: { refetchOn: ['data.imported'] } },
  });
};

export const importsOptions = () => documentOptions(Imports, {}, { refetchOn: ['data.imported'] });

export const dataSetWords: Readonly<Record<CatalogueKind | 'INVENTORY', string>> = {
  INVENTORY: 'Assets',
  VULNERABILITY: 'Vulnerabilities',
  CONTROL: 'Controls',
  CHARGE: 'Billing',
  LOG: 'Logs',
  IMAGE: 'Golden images',
  API: 'APIs',
  TERRAFORM_PLAN: 'Terraform plans',
};

export const entriesOptions = (
  kind: CatalogueKind,
  importId: string | undefined,
  search: string | undefined,
) => {
  const asked = { kind, importId: importId ?? null, search: search ?? null };
  return infiniteQueryOptions({
    queryKey: ['CatalogueEntries', asked] as const,
    queryFn: ({ pageParam, signal }) => execute(CatalogueEntries, { ...asked, after: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ catalogueEntries: { pageInfo } }) =>
      pageInfo.hasNextPage ? pageInfo.endCursor : null,
    meta: { live: { refetchOn: ['data.imported'] } },
  });
};

const ImportFields = graphql(
  `
    fragment ImportFields on ImportPayload {
      import {
        rows
        added
        changed
        retired
      }
      refusal {
        ...InputRefusalFields
      }
    }
  `,
  [InputRefusalFields],
);

const ImportAssets = graphql(
  `
    mutation ImportAssets($input: ImportAssetsInput!) {
      importAssets(input: $input) {
        ...ImportFields
      }
    }
  `,
  [ImportFields],
);

const ImportCatalogue = graphql(
  `
    mutation ImportCatalogue($input: ImportCatalogueInput!) {
      importCatalogue(input: $input) {
        ...ImportFields
      }
    }
  `,
  [ImportFields],
);

export const formats = {
  CSV: 'Assets, CSV',
  JSON: 'Assets, JSON',
  NVD_JSON: 'Vulnerabilities, NVD',
  OSV_JSON: 'Vulnerabilities, OSV',
  OSCAL_JSON: 'Controls, OSCAL',
  FOCUS_CSV: 'Billing, FOCUS',
  LOG_JSON_LINES: 'Logs, JSON Lines',
  GOLDEN_IMAGES_JSON: 'Golden images',
  OPENAPI_JSON: 'API, OpenAPI',
  TERRAFORM_PLAN_JSON: 'Terraform plan, JSON',
} as const;
export type Format = keyof typeof formats;

export interface ImportOutcome {
  /** What it changed; null where nothing was taken in. */
  readonly done: string | null;
  readonly faults: readonly string[];
}

const outcomeOf = ({ import: made, refusal }: FragmentOf<typeof ImportFields>): ImportOutcome => {
  if (made)
    return {
      done: `${made.rows} rows: ${made.added} new, ${made.changed} changed, ${made.retired} retired.`,
      faults: [],
    };
  const faults = faultsOf(refusal);
  return {
    done: null,
    faults:
      faults.length > 0
        ? faults.map(({ path, message }) => `${path}: ${message}`)
        : [refusal?.message ?? 'Nothing was taken in.'],
  };
};

/** Takes a file in, as what it is. */
export const importFile = async (
  format: Format,
  file: { readonly source: string; readonly content: string; readonly trust: 'INTERNAL' | 'OUTSIDE' },
): Promise<ImportOutcome> => {
  if (format === 'CSV' || format === 'JSON')
    return outcomeOf((await execute(ImportAssets, { input: { ...file, format } })).importAssets);
  return outcomeOf((await execute(ImportCatalogue, { input: { ...file, format } })).importCatalogue);
};
