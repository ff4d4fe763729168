import { environments, risks } from '@countersign/shared';
import { z } from 'zod';
import { levelFault, levelOf, type AutonomyLevel } from '../../domain/autonomy.ts';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { reasonFault } from '../../domain/note.ts';
import type { Principal } from '../../domain/principal.ts';
import type { NewId } from '../../infra/ids.ts';
import type { AccessStore } from '../../record/access-store.ts';
import type { AutonomyStore } from '../../record/autonomy-store.ts';
import type { Journal } from '../../record/journal.ts';
import { id, optional } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import type { KnownAutonomy } from './known-autonomy.ts';
import type { PolicyLevels } from './queries.ts';

export interface AutonomyCommandDependencies {
  readonly store: Pick<AutonomyStore, 'save' | 'findStanding'>;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly access: Pick<AccessStore, 'findActivePrincipal'>;
  readonly known: Pick<KnownAutonomy, 'all' | 'forget'>;
  readonly policyLevels: PolicyLevels;
  readonly newId: NewId;
}

const autonomyInput = z
  .strictObject({
    environment: z.enum(environments).describe('Where.'),
    agentId: optional(id).describe('One who submits, by their UUID; left out, everybody.'),
    level: optional(z.int().min(0).max(risks.length)).describe(
      'How many classes of risk, least first, run without a person: 0 for none, 4 for all. Left out, the word before is taken back.',
    ),
    reason: z.string().describe('Why, for the record.'),
  })
  .meta({ id: 'SetAutonomyInput', description: 'How much runs without a person, where, for whom, and why.' });

export const createAutonomyCommands = (deps: AutonomyCommandDependencies) => ({
  setAutonomy: defineCommand({
    name: 'setAutonomy',
    description:
      'Sets how much runs without a person, over what policy says. Rules that ask for people ask as before. Every process knows within a second, and steps that wait are asked about by it. Asks for an administrator; only people raise it.',
    input: autonomyInput,
    right: 'ADMINISTER',
    run: ({ viewer }, input) => setAutonomy(deps, viewer, input),
  }),
});

export type AutonomyCommands = ReturnType<typeof createAutonomyCommands>;

const setAutonomy = async (
  { store, journal, access, known, policyLevels, newId }: AutonomyCommandDependencies,
  viewer: Principal,
  { environment, reason, ...said }: z.output<typeof autonomyInput>,
): Promise<Outcome<AutonomyLevel>> => {
  const agentId = said.agentId ?? null;
  const level = said.level ?? null;
  const fault = reasonFault(reason);
  if (fault) return refused(invalidInput([fault]));
  const { tenantId } = viewer;
  const policyLevel = policyLevels(tenantId)[environment];
  const kept = await journal.transaction(async (tx): Promise<Outcome<null>> => {
    const agent = agentId === null ? null : await access.findActivePrincipal(tx, tenantId, agentId);
    if (agentId !== null && !agent)
      return refused(refusal('RESOURCE_NOT_FOUND', 'There is nobody of this id who may act.'));
    const no = levelFault(viewer, await store.findStanding(), { environment, agentId, level }, policyLevel);
    if (no) return refused(no);
    const word = { tenantId, environment, agentId, level, reason };
    const at = await store.save(tx, { ...word, id: newId(), byId: viewer.id });
    const whom = agent ? `${agent.name} in ${environment.toLowerCase()}` : environment.toLowerCase();
    tx.record({
      tenantId,
      type: 'autonomy.set',
      at,
      taskId: null,
      actorId: viewer.id,
      summary:
        level === null
          ? `Autonomy of ${whom} is as policy says again: ${reason}`
          : `Autonomy level of ${whom} is ${level}: ${reason}`,
      data: { environment, agentId, level, reason },
    });
    return accepted(null);
  });
  if (!kept.ok) return kept;
  known.forget();
  return accepted(levelOf(await known.all(), tenantId, environment, agentId, policyLevel));
};
