import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { assetOutput, assetQuestion, filterOf, tellAsset } from '../shared/asset-questions.ts';
import { countedAll, inventoryAddress, inventorySource, inventoryWords } from '../shared/cite.ts';
import { mostTotal } from '../contract/ports.ts';
import { defineTool } from '../contract/tool.ts';

const mostAssets = 100;

/** Which assets there are, and how many. */
export const queryAssets = defineTool({
  name: 'query_assets',
  title: 'Query assets',
  description:
    'Finds assets of the inventory (servers, images, deployments, services) by name, kind, environment, region, owner, tag or version. Gives how many match and the first of them.',
  reads: ['INVENTORY'],
  input: z.strictObject({
    ...assetQuestion,
    limit: z
      .int()
      .min(1)
      .max(mostAssets)
      .default(50)
      .describe('How many are told; all are counted, as far as total goes.'),
  }),
  output: z.object({
    total: z.int().describe(`How many match; ${mostTotal + 1} stands for more than ${mostTotal}.`),
    assets: z.array(assetOutput),
  }),
  async call({ limit, ...question }, { inventory }) {
    const filter = filterOf(question);
    const found = await inventory.find(filter, limit);
    const kind = question.kind ?? 'asset';
    return accepted({
      output: { total: found.total, assets: found.assets.map(tellAsset) },
      source: inventorySource(found),
      citation: {
        text: `${countedAll(found, kind)} found, ${inventoryWords(found)}`,
        rows: inventoryAddress(filter, found.at),
      },
    });
  },
});
