import { z } from 'zod';
import type { AssetNode } from '../../domain/asset.ts';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { graphOf } from '../shared/asset-graph.ts';
import { counted, inventoryAddress, inventorySource, inventoryWords } from '../shared/cite.ts';
import { readNodes } from '../shared/question-limits.ts';
import { defineTool } from '../contract/tool.ts';

/** What stands in for another: of the same kind and role, in the same environment. */
const stationOf = ({ kind, environment, role, name }: AssetNode): string =>
  JSON.stringify([kind, environment, role ?? name]);

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
  budget: { timeMs: 10_000 },
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
    const found = await readNodes(inventory);
    if ('refusal' in found) return refused(found.refusal);
    const wanted = new Set(names);
    const lost = new Set(
      found.nodes
        .filter((node) => wanted.has(node.name) || (region !== undefined && node.region === region))
        .map(({ name }) => name),
    );
    if (lost.size === 0)
      return refused(
        refusalAt(region === undefined ? 'names' : 'region', 'RESOURCE_NOT_FOUND', 'names no asset.'),
      );
    const { standIns, failing } = consequences(found.nodes, lost);
    return accepted({
      output: {
        lost: [...lost].slice(0, 300),
        standIns: standIns.slice(0, 100),
        failing: failing.slice(0, 300),
        survives: failing.length === 0 && standIns.every(({ left }) => left > 0),
      },
      source: inventorySource(found),
      citation: {
        text: `${counted(failing.length, 'asset')} would fail with ${counted(lost.size, 'lost one', 'lost ones')}, ${inventoryWords(found)}`,
        rows: inventoryAddress(region === undefined ? { names } : { region }, found.at),
      },
    });
  },
});

const consequences = (nodes: readonly AssetNode[], lost: ReadonlySet<string>) => {
  const { neededBy } = graphOf(nodes);
  const byName = Map.groupBy(nodes, ({ name }) => name);
  const stations = Map.groupBy(nodes, stationOf);
  const left = new Map([...stations].map(([station, all]) => [station, all.length]));
  const down = new Set<string>();
  const empty: string[] = [];
  const lose = (name: string): void => {
    down.add(name);
    for (const station of (byName.get(name) ?? []).map(stationOf)) {
      const rest = (left.get(station) ?? 0) - 1;
      left.set(station, rest);
      if (rest === 0) empty.push(station);
    }
  };
  for (const name of lost) lose(name);
  const failing: { name: string; because: string }[] = [];
  // What fails takes others with it, until nothing more does.
  for (const station of empty)
    for (const { name: because } of stations.get(station) ?? [])
      for (const name of neededBy.get(because) ?? []) {
        if (down.has(name)) continue;
        failing.push({ name, because });
        lose(name);
      }
  const standIns = [
    ...Map.groupBy(
      nodes.filter(({ name }) => lost.has(name)),
      stationOf,
    ),
  ].map(([station, all]) => ({
    role: all[0]?.role ?? all[0]?.name ?? '',
    lost: all.length,
    left: left.get(station) ?? 0,
  }));
  return { standIns, failing };
};
