import type { Asset, AssetFilter, AssetNode, CatalogueKind, Provenance } from '../../domain/asset.ts';
import type { JsonObject } from '../../domain/json.ts';

/** So many are counted, or as many as the limit where that is more; one more stands for all that are behind. */
export const mostTotal = 10_000;

/** Which inventory an answer is of. */
export interface InventorySeen {
  /** The moment that the rows stand for: opens the same ones again. */
  readonly at: Date;
  /** When the inventory was imported last; null where nothing ever was. */
  readonly importedAt: Date | null;
  readonly isOutside: boolean;
}

export interface AssetsFound extends InventorySeen {
  readonly assets: readonly Asset[];
  /** Those that match, also beyond the limit, up to one more than are counted. */
  readonly total: number;
}

export interface NodesFound extends InventorySeen {
  /** Of the whole inventory; null where there is more than was asked for. */
  readonly nodes: readonly AssetNode[] | null;
}

export interface VersionCount {
  readonly version: string;
  readonly count: number;
}

export interface InventoryPort {
  /** By environment, kind and name. */
  find(filter: AssetFilter, limit: number): Promise<AssetsFound>;
  findNodes(most: { readonly nodes: number; readonly edges: number }): Promise<NodesFound>;
  /** Of those that have the component, the versions by how many have them. */
  countVersions(filter: AssetFilter, component: string): Promise<readonly VersionCount[]>;
}

/** One row of an imported catalogue: a CVE, a control, a charge, a log line, an image. */
export interface CatalogueEntry {
  readonly id: string;
  readonly externalId: string;
  readonly name: string;
  readonly at: Date | null;
  /** As its kind has it. */
  readonly data: JsonObject;
  readonly importId: string;
}

export interface CatalogueQuery {
  /** A part of id, name or content. Capitals do not matter. */
  readonly search?: string | undefined;
  readonly externalIds?: readonly string[] | undefined;
  readonly source?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

export interface EntriesFound {
  /** By time where they have one, newest first; otherwise by id. */
  readonly entries: readonly CatalogueEntry[];
  /** As of assets. */
  readonly total: number;
  /** The imports that were looked at, newest first; empty where nothing was ever imported. */
  readonly imports: readonly Provenance[];
}

export interface CataloguePort {
  find(kind: CatalogueKind, query: CatalogueQuery, limit: number): Promise<EntriesFound>;
}

export interface ToolPorts {
  readonly inventory: InventoryPort;
  readonly catalogues: CataloguePort;
}
