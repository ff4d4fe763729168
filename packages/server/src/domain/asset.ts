import type { Environment, SourceTrust } from '@countersign/shared';

/** Something that we run or own, as one source of the inventory told it. A new telling is a new version of the row. */
export interface Asset {
  /** Of this version. */
  readonly id: string;
  readonly tenantId: string;
  /** Who told of it: `cmdb`, `kubernetes`. */
  readonly source: string;
  /** How that source calls it: one of a kind within the source. */
  readonly externalId: string;
  /** `server`, `image`, `deployment`, `service` … */
  readonly kind: string;
  readonly name: string;
  readonly environment: Environment | null;
  readonly region: string | null;
  readonly owner: string | null;
  /** By component: `{ openssl: '3.2.1' }`. */
  readonly versions: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Names of assets that it needs. */
  readonly dependencies: readonly string[];
  /** The import that told of this version. */
  readonly importId: string;
  readonly since: Date;
  /** Until when it was so; null while it is. */
  readonly until: Date | null;
}

/** What is known of an asset's place among the others. */
export interface AssetNode extends Pick<
  Asset,
  'name' | 'externalId' | 'kind' | 'environment' | 'region' | 'dependencies'
> {
  /** Its tags of these names. */
  readonly role: string | null;
  readonly exposure: string | null;
}

/** Which assets; what is left out does not matter. */
export interface AssetFilter {
  /** A part of name, owner, region or external id. Capitals do not matter. */
  readonly search?: string | undefined;
  readonly kind?: string | undefined;
  readonly environment?: Environment | undefined;
  readonly region?: string | undefined;
  readonly owner?: string | undefined;
  readonly source?: string | undefined;
  /** `role=web`: the tag has that value. */
  readonly tag?: { readonly key: string; readonly value: string } | undefined;
  /** Has this component, and in this version where one is given. */
  readonly component?: string | undefined;
  readonly version?: string | undefined;
  readonly names?: readonly string[] | undefined;
  /** As the inventory was then; now where left out. */
  readonly at?: Date | undefined;
}

/** What can be taken in: the inventory, and catalogues imported from files. */
export const dataSets = [
  'INVENTORY',
  'VULNERABILITY',
  'CONTROL',
  'CHARGE',
  'LOG',
  'IMAGE',
  'API',
  'TERRAFORM_PLAN',
] as const;
export type DataSet = (typeof dataSets)[number];
export type CatalogueKind = Exclude<DataSet, 'INVENTORY'>;

/** Where imported data comes from. */
export interface Provenance {
  readonly importId: string;
  readonly source: string;
  readonly importedAt: Date;
  /** Null where a job read it from a platform. */
  readonly importedById: string | null;
  readonly trust: SourceTrust;
}
