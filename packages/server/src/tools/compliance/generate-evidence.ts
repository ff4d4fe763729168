import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { catalogueAddress, catalogueSource, counted, minuteOf } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { checkOf } from './control-checks.ts';

/** What an auditor is given: each control with its finding and the address of the rows. */
export const generateEvidence = defineTool({
  name: 'generate_evidence',
  title: 'Generate evidence',
  description:
    'Writes down, for auditors, how controls stand: verdict, finding, and the address of the rows that show it. What nothing here can tell is written down as unknown.',
  reads: ['CONTROL', 'INVENTORY'],
  input: z.strictObject({
    ids: z.array(z.string().min(1).max(50)).min(1).max(30).describe('Of the catalogue: cm-8.'),
  }),
  output: z.object({ controls: z.int(), markdown: z.string() }),
  budget: { timeMs: 10_000 },
  async call({ ids }, context) {
    const externalIds = [...new Set(ids.map((id) => id.toLowerCase()))];
    const found = await context.catalogues.find('CONTROL', { externalIds }, externalIds.length);
    const missing = externalIds.filter((id) => !found.entries.some(({ externalId }) => externalId === id));
    if (missing.length > 0)
      return refused(
        refusalAt(
          'ids',
          'RESOURCE_NOT_FOUND',
          `name no controls of an imported catalogue: ${missing.join(', ')}.`,
        ),
      );
    const sections = await Promise.all(
      externalIds.map(async (id) => {
        const { verdict, finding, rows } = await checkOf(id, context);
        const title = found.entries.find(({ externalId }) => externalId === id)?.name ?? '';
        return `## ${id.toUpperCase()} ${title}\n\n- Verdict: ${verdict}\n- Finding: ${finding}\n- Rows: ${rows ?? 'none'}`;
      }),
    );
    return accepted({
      output: {
        controls: externalIds.length,
        markdown: [`# Evidence of ${minuteOf(context.now)}`, ...sections].join('\n\n'),
      },
      source: catalogueSource('CONTROL', found),
      citation: {
        text: `evidence of ${counted(externalIds.length, 'control')}, ${minuteOf(context.now)}`,
        rows: catalogueAddress('CONTROL', found),
      },
    });
  },
});
