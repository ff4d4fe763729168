import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { catalogueAddress, catalogueSource, catalogueWords } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { checkedControls, checkOf } from './control-checks.ts';

export const verdictOutput = z.enum(['MET', 'NOT_MET', 'UNKNOWN']);

/** How we stand with the controls of an imported catalogue. */
export const checkControls = defineTool({
  name: 'check_controls',
  title: 'Check controls',
  description: `Holds what is known here against controls of the imported catalogue (OSCAL). Of ${checkedControls.join(', ')} data here can tell; every other one is UNKNOWN, and never counted as met.`,
  reads: ['CONTROL', 'INVENTORY'],
  input: z.strictObject({
    ids: z
      .array(z.string().min(1).max(50))
      .max(50)
      .optional()
      .describe('Of the catalogue: cm-8. All where left out.'),
    search: z.string().min(1).max(200).optional().describe('A part of id, title or text.'),
  }),
  output: z.object({
    met: z.int(),
    notMet: z.int(),
    unknown: z.int(),
    controls: z.array(
      z.object({ id: z.string(), title: z.string(), verdict: verdictOutput, finding: z.string() }),
    ),
  }),
  budget: { timeMs: 10_000 },
  async call({ ids, search }, context) {
    const externalIds = ids?.map((id) => id.toLowerCase());
    const found = await context.catalogues.find('CONTROL', { externalIds, search }, 100);
    const sorted = found.entries.toSorted((one, other) => one.externalId.localeCompare(other.externalId));
    const controls = await Promise.all(
      sorted.map(async ({ externalId: id, name: title }) => {
        const { verdict, finding } = await checkOf(id, context);
        return { id, title, verdict, finding };
      }),
    );
    const count = (wanted: string): number => controls.filter(({ verdict }) => verdict === wanted).length;
    const [met, notMet, unknown] = [count('MET'), count('NOT_MET'), count('UNKNOWN')];
    return accepted({
      output: { met, notMet, unknown, controls },
      source: catalogueSource('CONTROL', found),
      citation: {
        text: `${met} met, ${notMet} not met, ${unknown} unknown of ${controls.length}, ${catalogueWords('CONTROL', found)}`,
        rows: catalogueAddress('CONTROL', found, search),
      },
    });
  },
});
