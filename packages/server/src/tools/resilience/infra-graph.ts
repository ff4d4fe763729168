import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { graphOf, reachedFrom } from '../shared/asset-graph.ts';
import { counted, inventoryAddress, inventorySource, inventoryWords } from '../shared/cite.ts';
import { readNodes } from '../shared/question-limits.ts';
import { defineTool } from '../contract/tool.ts';

/** Who needs whom. */
export const infraGraph = defineTool({
  name: 'infra_graph',
  title: 'Infrastructure graph',
  description: 'What an asset needs, and what needs it, as the dependencies of the inventory say.',
  reads: ['INVENTORY'],
  input: z.strictObject({
    name: z.string().min(1).max(200).describe('Of the asset to begin with.'),
    direction: z.enum(['NEEDS', 'NEEDED_BY']).default('NEEDS'),
    depth: z.int().min(1).max(20).default(5),
  }),
  budget: { timeMs: 10_000 },
  output: z.object({
    total: z.int().describe('Assets that are reached, with the first: 300 of them are told.'),
    nodes: z.array(
      z.object({ name: z.string(), depth: z.int(), kind: z.string().nullable(), isKnown: z.boolean() }),
    ),
    edges: z.array(z.object({ from: z.string(), to: z.string() })),
  }),
  async call({ name, direction, depth }, { inventory }) {
    const found = await readNodes(inventory);
    if ('refusal' in found) return refused(found.refusal);
    const byName = new Map(found.nodes.map((node) => [node.name, node]));
    if (!byName.has(name)) return refused(refusalAt('name', 'RESOURCE_NOT_FOUND', 'names no asset.'));
    const graph = graphOf(found.nodes);
    const reached = reachedFrom(direction === 'NEEDS' ? graph.needs : graph.neededBy, [name], depth);
    const nodes = [...reached].slice(0, 300).map(([node, at]) => ({
      name: node,
      depth: at,
      kind: byName.get(node)?.kind ?? null,
      isKnown: byName.has(node),
    }));
    const shown = new Set(nodes.map(({ name: node }) => node));
    const edges = nodes.flatMap(({ name: from }) =>
      [...new Set(graph.needs.get(from))].filter((to) => shown.has(to)).map((to) => ({ from, to })),
    );
    return accepted({
      output: { total: reached.size, nodes, edges: edges.slice(0, 1_000) },
      source: inventorySource(found),
      citation: {
        text: `${name} ${direction === 'NEEDS' ? 'needs' : 'is needed by'} ${counted(reached.size - 1, 'asset')}, ${inventoryWords(found)}`,
        rows: inventoryAddress({ names: nodes.map(({ name: node }) => node) }, found.at),
      },
    });
  },
});
