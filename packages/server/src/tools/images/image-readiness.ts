import type { Asset } from '../../domain/asset.ts';
import { findingsOf, type Feed } from '../shared/findings.ts';
import type { KnownImage } from './known-images.ts';

/** What keeps an image from being golden, in words; empty where nothing does. */
export const faultsOfImage = (
  image: KnownImage,
  { vulnerabilities, isCut }: Pick<Feed, 'vulnerabilities' | 'isCut'>,
): readonly string[] => {
  const asAsset: Asset = {
    id: image.name,
    tenantId: '',
    source: '',
    externalId: image.name,
    kind: 'image',
    name: image.name,
    environment: null,
    region: null,
    owner: null,
    versions: image.components,
    tags: {},
    dependencies: [],
    importId: '',
    since: new Date(0),
    until: null,
  };
  const severe = findingsOf([asAsset], vulnerabilities).filter(
    ({ vulnerability }) => (vulnerability.cvss ?? 0) >= 7,
  );
  return [
    ...(image.digest === null ? ['it has no digest, so nobody knows which image it is'] : []),
    ...(image.checks.length === 0 ? ['no check of it is on record'] : []),
    ...image.checks.filter(({ passed }) => !passed).map(({ name }) => `the check ${name} failed`),
    ...severe.map(
      ({ component, version, vulnerability }) =>
        `${component} ${version} has ${vulnerability.id}, CVSS ${vulnerability.cvss ?? '?'}`,
    ),
    ...(isCut ? ['more vulnerabilities are known than it was held against'] : []),
    ...(image.status === 'RETIRED' ? ['it is retired'] : []),
  ].slice(0, 100);
};
