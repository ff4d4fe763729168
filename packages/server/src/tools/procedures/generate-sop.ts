import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { defineTool } from '../contract/tool.ts';
import { inputAlone, procedureFaults, procedureSchema, type Procedure } from './procedure.ts';

/** A procedure as a document. */
export const generateSop = defineTool({
  name: 'generate_sop',
  title: 'Generate an SOP',
  description:
    'Writes a standard operating procedure down as a document for people, with what it still lacks. What is in it comes from the input.',
  reads: [],
  input: procedureSchema,
  output: z.object({ markdown: z.string(), lacks: z.array(z.string()) }),
  call(procedure) {
    const lacks = procedureFaults(procedure).map(({ path, message }) => `${path} ${message}`);
    return Promise.resolve(
      accepted({
        output: { markdown: markdownOf(procedure), lacks },
        source: inputAlone,
        citation: { text: `the procedure "${procedure.title}", of its input`, rows: null },
      }),
    );
  },
});

const markdownOf = ({
  title,
  purpose,
  owner,
  environment,
  preconditions,
  steps,
  escalation,
}: Procedure): string =>
  [
    `# ${title}`,
    `${purpose}\n\nOwner: ${owner}. Environment: ${environment}.`,
    ...(preconditions.length > 0
      ? [`## Before\n\n${preconditions.map((one) => `- ${one}`).join('\n')}`]
      : []),
    `## Steps\n\n${steps
      .map(({ name, instruction, action, verification, rollback }, at) =>
        [
          `${at + 1}. **${name}**: ${instruction}`,
          ...(action ? [`   - Action: ${action.type}`] : ['   - By hand']),
          ...(verification === undefined ? [] : [`   - Verify: ${verification}`]),
          ...(rollback === undefined ? [] : [`   - Undo: ${rollback}`]),
        ].join('\n'),
      )
      .join('\n')}`,
    ...(escalation === undefined ? [] : [`## Escalation\n\n${escalation}`]),
  ].join('\n\n');
