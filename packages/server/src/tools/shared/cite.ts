import type { AssetFilter, CatalogueKind } from '../../domain/asset.ts';
import { mostTotal, type AssetsFound, type EntriesFound, type InventorySeen } from '../contract/ports.ts';
import type { ToolSource } from '../contract/tool.ts';

/** `2026-11-27 10:12 UTC` */
export const minuteOf = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** `1 server`, `47 servers` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;

/** `47 servers`, `more than 10000 servers` */
export const countedAll = ({ total }: Pick<AssetsFound, 'total'>, one: string): string =>
  total > mostTotal ? `more than ${counted(mostTotal, one)}` : counted(total, one);

/** The console's address of these rows, as they were at that moment. */
export const inventoryAddress = (filter: AssetFilter, at: Date): string => {
  const { tag, names, environment, at: _now, ...rest } = filter;
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) if (typeof value === 'string') query.set(key, value);
  if (environment) query.set('env', environment.toLowerCase());
  if (tag) query.set('tag', `${tag.key}=${tag.value}`);
  if (names && names.length > 0) query.set('names', names.slice(0, 50).join(','));
  query.set('at', at.toISOString());
  return `/inventory?${query.toString()}`;
};

export const inventorySource = ({ importedAt, isOutside }: InventorySeen): ToolSource => ({
  name: 'inventory',
  asOf: importedAt,
  isOutside,
});

export const inventoryWords = ({ importedAt }: Pick<InventorySeen, 'importedAt'>): string =>
  importedAt ? `inventory of ${minuteOf(importedAt)}` : 'the inventory is empty';

const kindWords: Readonly<Record<CatalogueKind, string>> = {
  VULNERABILITY: 'vulnerabilities',
  CONTROL: 'controls',
  CHARGE: 'billing',
  LOG: 'logs',
  IMAGE: 'golden images',
  API: 'API documents',
  TERRAFORM_PLAN: 'Terraform plans',
};

export const catalogueSource = (kind: CatalogueKind, { imports }: EntriesFound): ToolSource => ({
  name: imports.length > 0 ? `${kindWords[kind]}: ${sourceNames(imports)}` : kindWords[kind],
  asOf: imports[0]?.importedAt ?? null,
  isOutside: imports.some(({ trust }) => trust === 'OUTSIDE'),
});

export const catalogueWords = (kind: CatalogueKind, { imports }: EntriesFound): string => {
  const [newest] = imports;
  if (!newest) return `no ${kindWords[kind]} were imported`;
  return `${kindWords[kind]} of ${sourceNames(imports)}, ${minuteOf(newest.importedAt)}`;
};

const sourceNames = (imports: EntriesFound['imports']): string =>
  [...new Set(imports.map(({ source }) => source))].slice(0, 3).join(', ');

/** The console's address of an import's entries. */
export const catalogueAddress = (
  kind: CatalogueKind,
  { imports }: EntriesFound,
  search?: string,
): string | null => {
  const [newest] = imports;
  if (!newest) return null;
  const query = new URLSearchParams({ kind: kind.toLowerCase(), import: newest.importId });
  if (search) query.set('search', search);
  return `/inventory/catalogues?${query.toString()}`;
};

/** Of several sources: outside where one of them is, and as old as the oldest. */
export const joinedSource = (...sources: readonly ToolSource[]): ToolSource => {
  const ages = sources.flatMap(({ asOf }) => asOf ?? []);
  return {
    name: [...new Set(sources.map(({ name }) => name))].join('; '),
    asOf: ages.length > 0 ? new Date(Math.min(...ages.map(Number))) : null,
    isOutside: sources.some(({ isOutside }) => isOutside),
  };
};
