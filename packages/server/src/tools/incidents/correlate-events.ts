import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { graphOf, reachedFrom } from '../shared/asset-graph.ts';
import { catalogueAddress, catalogueSource, counted, inventorySource, joinedSource } from '../shared/cite.ts';
import { mostNodes } from '../shared/question-limits.ts';
import { defineTool } from '../contract/tool.ts';
import { lineOutput, logQuestion, logWords, readLines, tellLine, type LogLine } from './log-question.ts';

const isTrouble = ({ level }: LogLine): boolean =>
  /^(?:warn|error|fatal|crit|alert|emerg|[456]0$)/.test(level);
const placeOf = ({ service, host }: LogLine): string => service ?? host ?? 'unknown';

/** Which troubles belong together, and where each began. */
export const correlateEvents = defineTool({
  name: 'correlate_events',
  title: 'Correlate events',
  description:
    'Groups warnings and errors that follow each other within a window, and says where each group began. Whether the others need that place is told by the inventory; that one caused the other it does not prove.',
  reads: ['LOG', 'INVENTORY'],
  input: z.strictObject({
    ...logQuestion,
    windowMs: z
      .int()
      .min(1_000)
      .max(3_600_000)
      .default(60_000)
      .describe('Silence of this length ends a group.'),
    limit: z.int().min(1).max(50).default(20),
  }),
  budget: { timeMs: 10_000 },
  output: z.object({
    isCut: z
      .boolean()
      .describe('Whether there are older lines than are looked at: the first group may have begun before.'),
    groups: z.array(
      z.object({
        began: z.string(),
        ended: z.string(),
        lines: z.int(),
        first: lineOutput,
        places: z.array(
          z.object({
            name: z.string(),
            lines: z.int(),
            needsFirst: z
              .boolean()
              .nullable()
              .describe('Whether it needs where the group began; null where the inventory does not tell.'),
          }),
        ),
      }),
    ),
  }),
  async call({ windowMs, limit, ...question }, context) {
    const [{ lines, found, isCut }, inventory] = await Promise.all([
      readLines(question, context),
      context.inventory.findNodes(mostNodes),
    ]);
    const nodes = inventory.nodes ?? [];
    const { neededBy } = graphOf(nodes);
    const known = new Set(nodes.map(({ name }) => name));
    const groups = groupsOf(lines.filter(isTrouble).toReversed(), windowMs);
    const told = groups.slice(-limit).flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const dependants = reachedFrom(neededBy, [placeOf(first)]);
      const places = [...Map.groupBy(group, placeOf)].map(([name, all]) => ({
        name,
        lines: all.length,
        needsFirst:
          known.has(name) && known.has(placeOf(first))
            ? name !== placeOf(first) && dependants.has(name)
            : null,
      }));
      const ended = group.at(-1) ?? first;
      return [
        {
          began: first.at.toISOString(),
          ended: ended.at.toISOString(),
          lines: group.length,
          first: tellLine(first),
          places: places.slice(0, 50),
        },
      ];
    });
    return accepted({
      output: { isCut, groups: told },
      source: joinedSource(catalogueSource('LOG', found), inventorySource(inventory)),
      citation: {
        text: `${counted(groups.length, 'group')} of troubles, ${logWords({ found, isCut })}${inventory.nodes ? '' : `, and who needs whom is not known: the inventory has more than ${mostNodes.nodes} assets or ${mostNodes.edges} dependencies`}`,
        rows: catalogueAddress('LOG', found, question.search),
      },
    });
  },
});

/** Oldest first; a silence begins another. */
const groupsOf = (lines: readonly LogLine[], windowMs: number): readonly (readonly LogLine[])[] => {
  const groups: LogLine[][] = [];
  for (const line of lines) {
    const current = groups.at(-1);
    const before = current?.at(-1);
    if (current && before && line.at.getTime() - before.at.getTime() <= windowMs) current.push(line);
    else groups.push([line]);
  }
  return groups;
};
