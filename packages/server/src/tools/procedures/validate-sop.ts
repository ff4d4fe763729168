import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { defineTool } from '../contract/tool.ts';
import { inputAlone, procedureFaults, procedureSchema } from './procedure.ts';

/** Whether a procedure can be worked by. */
export const validateSop = defineTool({
  name: 'validate_sop',
  title: 'Validate an SOP',
  description:
    'Looks for what a procedure lacks: steps that cannot be verified, and in production steps that cannot be undone and nobody to call. Whether an action is allowed, policy says when it is submitted.',
  reads: [],
  input: z.strictObject({ procedure: procedureSchema }),
  output: z.object({
    isValid: z.boolean(),
    faults: z.array(z.object({ path: z.string(), message: z.string() })),
  }),
  call({ procedure }) {
    const faults = procedureFaults(procedure);
    return Promise.resolve(
      accepted({
        output: { isValid: faults.length === 0, faults: [...faults] },
        source: inputAlone,
        citation: {
          text: `"${procedure.title}" ${faults.length === 0 ? 'is complete' : `has ${faults.length} faults`}`,
          rows: null,
        },
      }),
    );
  },
});
