import { z } from 'zod';
import { accepted, invalidInput, refused, type Outcome } from '../../domain/errors.ts';
import { proposalFaults, type GoalScope } from '../../domain/goal-scope.ts';
import type { Specialist } from '../../domain/specialist.ts';
import type { ActionRequest } from '../../domain/task.ts';
import { pathOf, readInput } from '../../infra/input-words.ts';
import { words } from '../inputs.ts';
import type { Proposal } from './planner-port.ts';

/** The output contract of every specialist. It has no word on who approves, where it lands or what policy says. */
export const proposalSchema = z.strictObject({
  summary: words(500).describe('What the plan does, in one sentence.'),
  report: words(20_000).describe('The plan for people, as Markdown, with the citations of what you read.'),
  assumptions: z
    .array(words(500))
    .max(10)
    .optional()
    .describe(
      'What you took for granted and did not read, a sentence each. Leave it out where there is nothing.',
    ),
  affectedAssets: z.int().min(0).max(100_000).nullish().describe('How many things it changes.'),
  actions: z
    .array(z.record(z.string(), z.json()))
    .min(1)
    .max(20)
    .describe('ActionInputs: { name, type, params, dependsOn, targets, rollout }.'),
});

/** Reads actions as any caller's are read. */
export type ReadActions = (actions: readonly unknown[]) => Outcome<readonly ActionRequest[]>;

/** Its form, then the actions as every submission's, then the bounds of agent and goal. */
export const readProposal = (
  input: unknown,
  {
    read,
    specialist,
    scope,
  }: { readonly read: ReadActions; readonly specialist: Specialist; readonly scope: GoalScope },
): Outcome<Proposal> => {
  const form = readInput(proposalSchema, input);
  if (!form.ok)
    return refused(invalidInput(form.faults.map(({ keys, message }) => ({ path: pathOf(keys), message }))));
  const { summary, report, assumptions = [], affectedAssets } = form.value;
  const actions = read(form.value.actions);
  if (!actions.ok) return actions;
  const faults = proposalFaults(actions.value, specialist.actions, scope);
  return faults.length > 0
    ? refused(invalidInput(faults))
    : accepted({
        summary,
        report,
        assumptions,
        affectedAssets: affectedAssets ?? null,
        actions: actions.value,
      });
};
