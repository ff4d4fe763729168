import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
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
import { defineTool } from '../contract/tool.ts';
import { findingsOf, readVulnerabilities } from '../shared/findings.ts';

/** Which vulnerable assets can be reached from what is public. */
export const checkExposure = defineTool({
  name: 'check_exposure',
  title: 'Check exposure',
  description:
    'Follows dependencies from assets tagged exposure=public, and names what can be reached from there and has a known vulnerability. It knows the network by the inventory alone.',
  reads: ['INVENTORY', 'VULNERABILITY'],
  input: z.strictObject({ ...assetQuestion, limit: z.int().min(1).max(200).default(50) }),
  output: z.object({
    publicAssets: z.int(),
    reachable: z.int(),
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
    const [assets, { vulnerabilities, found }] = await Promise.all([
      inventory.find(filter, 5_000),
      readVulnerabilities(catalogues),
    ]);
    const open = assets.assets.filter(({ tags }) => tags['exposure'] === 'public').map(({ name }) => name);
    const reached = reachedFrom(graphOf(assets.assets).needs, open);
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
      source: joinedSource(inventorySource(assets), catalogueSource('VULNERABILITY', found)),
      citation: {
        text: `${counted(exposed.length, 'vulnerable asset')} can be reached from ${counted(open.length, 'public one')}, ${inventoryWords(assets)}`,
        rows: inventoryAddress({ ...filter, tag: { key: 'exposure', value: 'public' } }, assets.at),
      },
    });
  },
});
