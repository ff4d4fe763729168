import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { catalogueSource } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { entriesOf, entryData } from '../shared/entry-data.ts';
import { checkOf } from './control-checks.ts';
import { verdictOutput } from './check-controls.ts';

/** One control, with its text. */
export const checkControl = defineTool({
  name: 'check_control',
  title: 'Check one control',
  description: 'What a control asks, whether it is met by what is known here, and which rows show it.',
  reads: ['CONTROL', 'INVENTORY'],
  input: z.strictObject({ id: z.string().min(1).max(50).describe('cm-8') }),
  output: z.object({
    id: z.string(),
    title: z.string(),
    family: z.string().nullable(),
    statement: z.string(),
    verdict: verdictOutput,
    finding: z.string(),
  }),
  async call({ id: asked }, context) {
    const id = asked.toLowerCase();
    const found = await context.catalogues.find('CONTROL', { externalIds: [id] }, 1);
    const [control] = entriesOf(found.entries, entryData.control);
    if (!control)
      return refused(refusalAt('id', 'RESOURCE_NOT_FOUND', 'names no control of an imported catalogue.'));
    const { verdict, finding, rows } = await checkOf(id, context);
    const { family, statement } = control.said;
    return accepted({
      output: { id, title: control.name, family, statement, verdict, finding },
      source: catalogueSource('CONTROL', found),
      citation: { text: `${id.toUpperCase()}: ${finding}`, rows },
    });
  },
});
