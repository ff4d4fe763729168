import { entriesOf, entryData } from '../shared/entry-data.ts';
import { findingsOf, readVulnerabilities } from '../shared/findings.ts';
import { mostAssets } from '../shared/question-limits.ts';
import type { ToolContext } from '../contract/tool.ts';
import {
  catalogueWords,
  counted,
  inventoryAddress,
  inventoryWords,
  catalogueAddress,
} from '../shared/cite.ts';

export type Verdict = 'MET' | 'NOT_MET' | 'UNKNOWN';

export interface Checked {
  readonly verdict: Verdict;
  /** What was looked at, and what it showed. */
  readonly finding: string;
  readonly rows: string | null;
}

type Check = (context: Pick<ToolContext, 'inventory' | 'catalogues' | 'now'>) => Promise<Checked>;

const dayMs = 86_400_000;

/** Of a part nobody can say that all of it is as it should be. */
const notAll: Checked = {
  verdict: 'UNKNOWN',
  finding: `there is more than is looked at here, ${mostAssets} of each: people have to look`,
  rows: null,
};

const isOlder = (at: Date | null | undefined, now: Date, days: number): boolean =>
  !at || now.getTime() - at.getTime() > days * dayMs;

/** CM-8: there is an inventory, a month old at most, and everything in it has an owner. */
const inventoryIsKept: Check = async ({ inventory, now }) => {
  const found = await inventory.find({}, mostAssets);
  const rows = inventoryAddress({}, found.at);
  if (isOlder(found.importedAt, now, 30))
    return { verdict: 'NOT_MET', finding: `${inventoryWords(found)}: older than 30 days`, rows };
  if (found.total > mostAssets) return notAll;
  const without = found.assets.filter(({ owner }) => owner === null).length;
  return {
    verdict: without === 0 ? 'MET' : 'NOT_MET',
    finding: `${without} of ${counted(found.assets.length, 'asset')} have no owner, ${inventoryWords(found)}`,
    rows,
  };
};

/** CM-2, CM-6: what has a role runs what the golden image of that role says. */
const baselineIsHeld: Check = async ({ inventory, catalogues }) => {
  const [found, images] = await Promise.all([
    inventory.find({}, mostAssets),
    catalogues.find('IMAGE', {}, mostAssets),
  ]);
  if (found.total > mostAssets || images.total > mostAssets) return notAll;
  const golden = new Map(
    entriesOf(images.entries, entryData.image)
      .filter(({ said }) => said.status === 'GOLDEN')
      .map(({ said }) => [said.role, said.components]),
  );
  const held = found.assets.filter(({ tags }) => golden.has(tags['role'] ?? null));
  if (held.length === 0)
    return { verdict: 'UNKNOWN', finding: 'no asset has the role of a golden image', rows: null };
  const drifted = held.filter(({ tags, versions }) =>
    Object.entries(golden.get(tags['role'] ?? null) ?? {}).some(
      ([component, version]) => component in versions && versions[component] !== version,
    ),
  );
  return {
    verdict: drifted.length === 0 ? 'MET' : 'NOT_MET',
    finding: `${drifted.length} of ${counted(held.length, 'asset')} differ from the golden image of their role, ${inventoryWords(found)}`,
    rows: inventoryAddress({ names: drifted.map(({ name }) => name) }, found.at),
  };
};

/** SI-2: nothing in production has a vulnerability of CVSS 7 or more that a version mends. */
const flawsAreMended: Check = async ({ inventory, catalogues }) => {
  const [found, feed] = await Promise.all([
    inventory.find({ environment: 'PRODUCTION' }, mostAssets),
    readVulnerabilities(catalogues),
  ]);
  if (feed.found.imports.length === 0)
    return { verdict: 'UNKNOWN', finding: 'no vulnerabilities were imported', rows: null };
  if (found.total > mostAssets || feed.isCut) return notAll;
  const open = findingsOf(found.assets, feed.vulnerabilities).filter(
    ({ fixedIn, vulnerability }) => fixedIn !== null && (vulnerability.cvss ?? 0) >= 7,
  );
  const names = [...new Set(open.map(({ asset }) => asset.name))];
  return {
    verdict: names.length === 0 ? 'MET' : 'NOT_MET',
    finding: `${names.length} of ${counted(found.assets.length, 'asset')} in production have a vulnerability of CVSS 7 or more that a version mends, ${catalogueWords('VULNERABILITY', feed.found)}`,
    rows: inventoryAddress({ names }, found.at),
  };
};

/** RA-5: the feed of vulnerabilities is a week old at most. */
const feedIsFresh: Check = async ({ catalogues, now }) => {
  const found = await catalogues.find('VULNERABILITY', {}, 1);
  return {
    verdict: isOlder(found.imports[0]?.importedAt, now, 7) ? 'NOT_MET' : 'MET',
    finding: catalogueWords('VULNERABILITY', found),
    rows: catalogueAddress('VULNERABILITY', found),
  };
};

/** AU-6: there are logs, a week old at most. */
const logsAreRead: Check = async ({ catalogues, now }) => {
  const found = await catalogues.find('LOG', {}, 1);
  return {
    verdict: isOlder(found.imports[0]?.importedAt, now, 7) ? 'NOT_MET' : 'MET',
    finding: catalogueWords('LOG', found),
    rows: catalogueAddress('LOG', found),
  };
};

/** What can be told of a control from data that is here, by its NIST SP 800-53 id. */
const checks: ReadonlyMap<string, Check> = new Map([
  ['cm-8', inventoryIsKept],
  ['cm-2', baselineIsHeld],
  ['cm-6', baselineIsHeld],
  ['si-2', flawsAreMended],
  ['ra-5', feedIsFresh],
  ['au-6', logsAreRead],
]);

export const checkedControls = [...checks.keys()];

/** UNKNOWN where nothing here can tell: people have to. */
export const checkOf = async (id: string, context: ToolContext): Promise<Checked> => {
  const check = checks.get(id.toLowerCase());
  if (check) return check(context);
  return { verdict: 'UNKNOWN', finding: 'no data here tells of it: people have to look', rows: null };
};
