import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { assetQuestion, filterOf } from '../shared/asset-questions.ts';
import {
  inventoryAddress,
  inventorySource,
  inventoryWords,
  joinedSource,
  catalogueSource,
} from '../shared/cite.ts';
import { readAllAssets } from '../shared/question-limits.ts';
import { defineTool } from '../contract/tool.ts';
import { entriesOf, entryData } from '../shared/entry-data.ts';
import { compareVersions as order } from '../shared/version-order.ts';

const { component: _component, version: _version, ...question } = assetQuestion;
const mostDifferences = 500;

/** Which assets have another version of a component than they should: drift. */
export const compareVersions = defineTool({
  name: 'compare_versions',
  title: 'Compare versions',
  description:
    'Counts the versions of a component over assets, and names those that do not have the wanted one. The wanted version is given, or that of the golden image of a role.',
  reads: ['INVENTORY', 'IMAGE'],
  input: z.strictObject({
    ...question,
    component: z.string().min(1).max(200).describe('openssl'),
    wanted: z.string().min(1).max(200).optional().describe('The version that all should have.'),
    role: z.string().min(1).max(100).optional().describe('Or: as the golden image of this role has it.'),
  }),
  output: z.object({
    component: z.string(),
    wanted: z.string(),
    total: z.int().describe('Assets that have the component.'),
    drifted: z.int().describe('Of them, those in another version.'),
    versions: z.array(
      z.object({ version: z.string(), count: z.int(), is: z.enum(['WANTED', 'OLDER', 'NEWER']) }),
    ),
    assets: z
      .array(z.object({ name: z.string(), version: z.string() }))
      .describe('Those that drifted, by name.'),
  }),
  async call({ component, wanted: given, role, ...asked }, { inventory, catalogues }) {
    const images = await catalogues.find('IMAGE', role === undefined ? {} : { search: role }, 200);
    const golden = entriesOf(images.entries, entryData.image).find(
      ({ said }) => said.status === 'GOLDEN' && said.role === role && component in said.components,
    );
    const wanted = given ?? golden?.said.components[component];
    if (wanted === undefined)
      return refused(
        refusalAt(
          given === undefined && role === undefined ? 'wanted' : 'role',
          'RESOURCE_NOT_FOUND',
          'names no version: give wanted, or the role of a golden image that has the component.',
        ),
      );
    const filter = { ...filterOf(asked), component };
    const found = await readAllAssets(inventory, filter);
    if ('refusal' in found) return refused(found.refusal);
    const counts = Map.groupBy(found.assets, ({ versions }) => versions[component] ?? '');
    const versions = [...counts]
      .map(([version, all]) => ({ version, count: all.length, is: standingOf(order(version, wanted)) }))
      .toSorted((one, other) => order(one.version, other.version));
    const drifted = found.assets.filter(({ versions: has }) => has[component] !== wanted);
    const [most] = versions
      .filter(({ is }) => is !== 'WANTED')
      .toSorted((one, other) => other.count - one.count);
    return accepted({
      output: {
        component,
        wanted,
        total: found.total,
        drifted: drifted.length,
        versions,
        assets: drifted
          .slice(0, mostDifferences)
          .map(({ name, versions: has }) => ({ name, version: has[component] ?? '' })),
      },
      source:
        given === undefined
          ? joinedSource(inventorySource(found), catalogueSource('IMAGE', images))
          : inventorySource(found),
      citation: {
        text: wordsOf(
          component,
          wanted,
          found.total,
          drifted.length,
          most?.version,
          inventoryWords(found),
          asked.kind,
        ),
        rows: inventoryAddress(
          versions.length === 2 && most ? { ...filter, version: most.version } : filter,
          found.at,
        ),
      },
    });
  },
});

const standingOf = (compared: number): 'WANTED' | 'OLDER' | 'NEWER' => {
  if (compared === 0) return 'WANTED';
  return compared < 0 ? 'OLDER' : 'NEWER';
};

/** `47 of 100 servers run openssl 3.2.1, inventory of …` */
const wordsOf = (
  component: string,
  wanted: string,
  total: number,
  drifted: number,
  version: string | undefined,
  when: string,
  kind = 'asset',
): string =>
  drifted === 0 || version === undefined
    ? `all ${total} ${kind}s run ${component} ${wanted}, ${when}`
    : `${drifted} of ${total} ${kind}s run ${component} ${version}, and not ${wanted}, ${when}`;
