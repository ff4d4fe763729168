import { z } from 'zod';
import { accepted, invalidInput, refused } from '../../domain/errors.ts';
import { defineTool } from '../contract/tool.ts';
import { inputAlone, procedureFaults, procedureSchema } from './procedure.ts';

/** The actions of a procedure, in order. It runs none of them. */
export const executeSop = defineTool({
  name: 'execute_sop',
  title: 'Prepare an SOP to run',
  description:
    'Makes of a valid procedure the actions of a task, each after the one before, and names the steps that people do by hand. It runs nothing: the actions are submitted, and decided on as every plan is.',
  reads: [],
  input: z.strictObject({ procedure: procedureSchema }),
  output: z.object({
    isRun: z.literal(false),
    goal: z.string(),
    actions: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        params: z.record(z.string(), z.unknown()),
        dependsOn: z.array(z.string()),
      }),
    ),
    byHand: z.array(z.string()),
  }),
  call({ procedure }) {
    const faults = procedureFaults(procedure).map(({ path, message }) => ({
      path: `procedure.${path}`,
      message,
    }));
    if (faults.length > 0) return Promise.resolve(refused(invalidInput(faults)));
    const doable = procedure.steps.flatMap(({ action }, at) => (action ? [{ ...action, at }] : []));
    const nameOf = (at: number): string => `step-${at + 1}`;
    const actions = doable.map(({ type, params, at }, place) => {
      const before = doable[place - 1];
      return { name: nameOf(at), type, params, dependsOn: before ? [nameOf(before.at)] : [] };
    });
    return Promise.resolve(
      accepted({
        output: {
          isRun: false as const,
          goal: procedure.title,
          actions,
          byHand: procedure.steps.filter(({ action }) => !action).map(({ name }) => name),
        },
        source: inputAlone,
        citation: { text: `${actions.length} actions of "${procedure.title}"`, rows: null },
      }),
    );
  },
});
