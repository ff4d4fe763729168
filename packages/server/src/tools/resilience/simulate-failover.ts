import { z } from 'zod';
import type { Asset } from '../../domain/asset.ts';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { counted, inventoryAddress, inventorySource, inventoryWords } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';

/** What stands in for another: of the same kind and role, in the same environment. */
const stationOf = ({ kind, environment, tags, name }: Asset): string =>
  JSON.stringify([kind, environment, tags['role'] ?? name]);

/** What would be left were a region, or some assets, gone. */
export const simulateFailover = defineTool({
  name: 'simulate_failover',
  title: 'Simulate a failover',
  description:
    'Reckons what fails with a region or with assets: what needs them and has nobody to stand in (the same kind, role and environment elsewhere). It switches nothing and knows no capacity.',
  reads: ['INVENTORY'],
  input: z.strictObject({
    region: z.string().min(1).max(200).optional().describe('All of it fails.'),
    names: z.array(z.string().min(1).max(200)).max(100).optional().describe('These fail.'),
  }),
  output: z.object({
    lost: z.array(z.string()).describe('Gone at once.'),
    standIns: z.array(z.object({ role: z.string(), lost: z.int(), left: z.int() })),
    failing: z.array(z.object({ name: z.string(), because: z.string() })).describe('That fail with them.'),
    survives: z
      .boolean()
      .describe('Whether nothing fails that was not lost itself, and each role has somebody left.'),
  }),
  async call({ region, names = [] }, { inventory }) {
    if (region === undefined && names.length === 0)
      return refused(refusalAt('region', 'SCHEMA_VALIDATION_FAILED', 'is missing: give a region, or names.'));
    const found = await inventory.find({}, 5_000);
    const wanted = new Set(names);
    const lost = found.assets.filter((asset) => wanted.has(asset.name) || asset.region === region);
    if (lost.length === 0)
      return refused(
        refusalAt(region === undefined ? 'names' : 'region', 'RESOURCE_NOT_FOUND', 'names no asset.'),
      );
    const { standIns, failing } = consequences(found.assets, new Set(lost.map(({ name }) => name)));
    return accepted({
      output: {
        lost: lost.slice(0, 300).map(({ name }) => name),
        standIns: standIns.slice(0, 100),
        failing: failing.slice(0, 300),
        survives: failing.length === 0 && standIns.every(({ left }) => left > 0),
      },
      source: inventorySource(found),
      citation: {
        text: `${counted(failing.length, 'asset')} would fail with ${counted(lost.length, 'lost one', 'lost ones')}, ${inventoryWords(found)}`,
        rows: inventoryAddress(region === undefined ? { names } : { region }, found.at),
      },
    });
  },
});

const consequences = (assets: readonly Asset[], lost: ReadonlySet<string>) => {
  const byName = new Map(assets.map((asset) => [asset.name, asset]));
  const stations = Map.groupBy(assets, stationOf);
  const down = new Set(lost);
  const leftOf = (asset: Asset): number =>
    (stations.get(stationOf(asset)) ?? []).filter(({ name }) => !down.has(name)).length;
  const failing: { name: string; because: string }[] = [];
  // What fails takes others with it, until nothing more does.
  for (let before = -1; before !== failing.length;) {
    before = failing.length;
    for (const { name, dependencies } of assets) {
      if (down.has(name)) continue;
      const missing = dependencies.find((one) => {
        const needed = byName.get(one);
        return needed !== undefined && down.has(one) && leftOf(needed) === 0;
      });
      if (missing === undefined) continue;
      down.add(name);
      failing.push({ name, because: missing });
    }
  }
  const standIns = [
    ...Map.groupBy(
      assets.filter(({ name }) => lost.has(name)),
      stationOf,
    ),
  ].map(([, all]) => {
    const [first] = all;
    return {
      role: first?.tags['role'] ?? first?.name ?? '',
      lost: all.length,
      left: first ? leftOf(first) : 0,
    };
  });
  return { standIns, failing };
};
