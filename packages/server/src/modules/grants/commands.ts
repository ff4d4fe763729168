import { environments, risks } from '@countersign/shared';
import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import { patternLength } from '../../domain/grant-making.ts';
import type { StandingGrant } from '../../domain/grant.ts';
import { id, instant, text } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import { approveBy, makeBy, resumeBy, revokeBy, type ChangeGrantDependencies } from './change-grants.ts';

const createInput = z
  .strictObject({
    actionType: text(200).describe(
      'The type of action: http.request, its newest version, or http.request@1.',
    ),
    agentId: id.describe('Whose changes it covers, by their UUID.'),
    environment: z.enum(environments).describe('Where.'),
    target: text(patternLength).describe(
      'A pattern that the name of each target must match: * is any text, ? one character. Where it has any, the place that all targets lie in stands before them: shop@*, C0OPS/*. Targets of http.request are origins, each named whole: https://api.example.com.',
    ),
    maxRisk: z.enum(risks).describe('The most risk that it covers, below CRITICAL.'),
    uses: z.int().min(1).describe('How many changes it covers; policy says how many at most.'),
    expiresAt: instant.describe('Until when it covers any; policy says how far ahead.'),
    reason: z.string().describe('Why, in ten characters of words or more, for the record.'),
  })
  .meta({
    id: 'CreateGrantInput',
    description: 'Which changes need not be asked about, how many and until when, and why.',
  });

const grantId = id.describe("The grant's UUID.");
const reason = z.string().describe('Why, for the record.');

const approveInput = z
  .strictObject({ id: grantId })
  .meta({ id: 'ApproveGrantInput', description: 'Which grant a second person says yes to.' });
const revokeInput = z
  .strictObject({ id: grantId, reason })
  .meta({ id: 'RevokeGrantInput', description: 'Which grant to end, and why.' });
const resumeInput = z
  .strictObject({ id: grantId, reason })
  .meta({ id: 'ResumeGrantInput', description: 'Which suspended grant to let hold again, and why.' });

export interface GrantCommandDependencies extends ChangeGrantDependencies {
  readonly forget: () => void;
}

export const createGrantCommands = (deps: GrantCommandDependencies) => {
  /** This process knows at once, every other within a second. */
  const known = (made: Outcome<StandingGrant>): Outcome<StandingGrant> => {
    if (made.ok) deps.forget();
    return made.ok ? accepted(made.value) : made;
  };
  return {
    createGrant: defineCommand({
      name: 'createGrant',
      description:
        'Says yes beforehand to changes of one kind: by one agent, in one environment, on targets of a pattern, of no more than some risk, so many and until then. It answers what autonomy, a score and the rules that policy names ask of people, and nothing else. Asks for an approver who has no hand in the agent; for production, for two. To change one, revoke it and make another.',
      input: createInput,
      right: 'DECIDE',
      run: async ({ viewer }, input) => known(await makeBy(deps, viewer, input)),
    }),
    approveGrant: defineCommand({
      name: 'approveGrant',
      description: 'Says the second yes to a grant that takes two people: it holds from then on.',
      input: approveInput,
      right: 'DECIDE',
      run: async ({ viewer }, input) => known(await approveBy(deps, viewer, input.id)),
    }),
    revokeGrant: defineCommand({
      name: 'revokeGrant',
      description:
        'Ends a grant. Once it has answered nothing begins under it any more, what it let through before included; that is denied at its next step.',
      input: revokeInput,
      right: 'STOP',
      run: async ({ viewer }, input) => known(await revokeBy(deps, viewer, input.id, input.reason)),
    }),
    resumeGrant: defineCommand({
      name: 'resumeGrant',
      description:
        'Lets a grant hold again that was suspended because something that it let through went wrong. Where making it takes two people, so does this: the first word waits for the second.',
      input: resumeInput,
      right: 'DECIDE',
      run: async ({ viewer }, input) => known(await resumeBy(deps, viewer, input.id, input.reason)),
    }),
  };
};

export type GrantCommands = ReturnType<typeof createGrantCommands>;
