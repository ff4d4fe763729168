import { z } from 'zod';
import { accepted, refused } from '../../domain/errors.ts';
import { graphOf, reachedFrom } from '../shared/asset-graph.ts';
import { assetQuestion, filterOf } from '../shared/asset-questions.ts';
import {
  catalogueSource,
  counted,
  inventoryAddress,
  inventorySource,
  inventoryWords,
  joinedSource,
} from '../shared/cite.ts';
import { readAllAssets, readNodes } from '../shared/question-limits.ts';
import { defineTool } from '../contract/tool.ts';
import { findingsOf, feedWords, readVulnerabilities } from '../shared/findings.ts';

/** Which vulnerable assets can be reached from what is public. */
export const checkExposure = defineTool({
  name: 'check_exposure',
  title: 'Check exposure',
  description:
    'Follows dependencies from assets tagged exposure=public, and names what can be reached from there and has a known vulnerability. What is asked for narrows only what is named: dependencies are followed through the whole inventory. It knows the network by the inventory alone.',
  reads: ['INVENTORY', 'VULNERABILITY'],
  input: z.strictObject({ ...assetQuestion, limit: z.int().min(1).max(200).default(50) }),
  budget: { timeMs: 10_000 },
  output: z.object({
    publicAssets: z.int().describe('Of the whole inventory.'),
    reachable: z.int().describe('Of the whole inventory, with the public ones.'),
    exposed: z.array(
      z.object({
        asset: z.string(),
        hops: z.int().describe('From a public asset.'),
        vulnerabilities: z.array(z.string()),
        worstCvss: z.number().nullable(),
      }),
    ),
  }),
  async call({ limit, ...question }, { inventory, catalogues }) {
    const filter = filterOf(question);
    const graph = await readNodes(inventory);
    if ('refusal' in graph) return refused(graph.refusal);
    const [assets, { vulnerabilities, found, isCut }] = await Promise.all([
      readAllAssets(inventory, { ...filter, at: graph.at }),
      readVulnerabilities(catalogues),
    ]);
    if ('refusal' in assets) return refused(assets.refusal);
    const open = [
      ...new Set(graph.nodes.flatMap(({ name, exposure }) => (exposure === 'public' ? name : []))),
    ];
    const reached = reachedFrom(graphOf(graph.nodes).needs, open);
    const findings = findingsOf(
      assets.assets.filter(({ name }) => reached.has(name)),
      vulnerabilities,
    );
    const exposed = [...Map.groupBy(findings, ({ asset }) => asset.name)].map(([asset, all]) => ({
      asset,
      hops: reached.get(asset) ?? 0,
      vulnerabilities: [...new Set(all.map(({ vulnerability }) => vulnerability.id))].slice(0, 20),
      worstCvss: all[0]?.vulnerability.cvss ?? null,
    }));
    return accepted({
      output: { publicAssets: open.length, reachable: reached.size, exposed: exposed.slice(0, limit) },
      source: joinedSource(inventorySource(graph), catalogueSource('VULNERABILITY', found)),
      citation: {
        text: `${wordsOf(exposed.length, open.length, Object.keys(question).length > 0)}, ${inventoryWords(graph)}, ${feedWords({ found, isCut })}`,
        rows: inventoryAddress({ tag: { key: 'exposure', value: 'public' } }, graph.at),
      },
    });
  },
});

/** Where nothing is tagged, nothing is known to be out of reach. */
const wordsOf = (exposed: number, open: number, isNarrowed: boolean): string =>
  open === 0
    ? 'no asset is tagged exposure=public, so what can be reached is not known'
    : `${counted(exposed, 'vulnerable asset')}${isNarrowed ? ' of those asked for' : ''} can be reached from ${counted(open, 'public one')}`;
