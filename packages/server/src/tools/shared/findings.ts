import type { Asset } from '../../domain/asset.ts';
import { entriesOf, entryData, type Affected } from './entry-data.ts';
import type { CataloguePort, EntriesFound } from '../contract/ports.ts';
import { catalogueWords } from './cite.ts';
import { compareVersions } from './version-order.ts';

export interface Vulnerability {
  readonly id: string;
  readonly summary: string;
  readonly cvss: number | null;
  readonly affected: readonly Affected[];
}

/** A version of a component that a vulnerability is in, on one asset. */
export interface Finding {
  readonly asset: Asset;
  readonly component: string;
  readonly version: string;
  readonly vulnerability: Vulnerability;
  /** The version that mends it; null where the feed names none. */
  readonly fixedIn: string | null;
}

const mostRead = 5_000;

export interface Feed {
  readonly vulnerabilities: readonly Vulnerability[];
  readonly found: EntriesFound;
  /** Whether there are more than were read: that something has none of them nobody can say. */
  readonly isCut: boolean;
}

/** Of what a question is answered from. */
export const feedWords = ({ found, isCut }: Pick<Feed, 'found' | 'isCut'>): string =>
  `${catalogueWords('VULNERABILITY', found)}${isCut ? `, of which the newest ${mostRead} alone were looked at` : ''}`;

/** What the feed says, or a part of it. */
export const readVulnerabilities = async (
  catalogues: CataloguePort,
  query: Parameters<CataloguePort['find']>[1] = {},
): Promise<Feed> => {
  const found = await catalogues.find('VULNERABILITY', query, mostRead);
  const vulnerabilities = entriesOf(found.entries, entryData.vulnerability).map(({ externalId, said }) => ({
    ...said,
    id: externalId,
  }));
  return { vulnerabilities, found, isCut: found.total > mostRead };
};

export const isIn = ({ from, before, to, exact }: Affected, version: string): boolean => {
  if (exact !== null) return exact === version;
  if (from === null && before === null && to === null) return false;
  return (
    (from === null || compareVersions(version, from) >= 0) &&
    (before === null || compareVersions(version, before) < 0) &&
    (to === null || compareVersions(version, to) <= 0)
  );
};

/** By severity, then by asset. */
export const findingsOf = (
  assets: readonly Asset[],
  vulnerabilities: readonly Vulnerability[],
): readonly Finding[] => {
  const byComponent = new Map<string, { readonly one: Affected; readonly vulnerability: Vulnerability }[]>();
  for (const vulnerability of vulnerabilities)
    for (const one of vulnerability.affected) {
      const known = byComponent.get(one.component) ?? [];
      known.push({ one, vulnerability });
      byComponent.set(one.component, known);
    }
  const findings = assets.flatMap((asset) =>
    Object.entries(asset.versions).flatMap(([component, version]) => {
      const hits = (byComponent.get(component) ?? []).filter(({ one }) => isIn(one, version));
      const unique = new Map(hits.map((hit) => [hit.vulnerability.id, hit]));
      return [...unique.values()].map(({ one, vulnerability }): Finding => ({
        asset,
        component,
        version,
        vulnerability,
        fixedIn: one.before,
      }));
    }),
  );
  return findings.toSorted(
    (one, other) =>
      (other.vulnerability.cvss ?? 0) - (one.vulnerability.cvss ?? 0) ||
      one.asset.name.localeCompare(other.asset.name),
  );
};
