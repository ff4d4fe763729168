import { environments, risks } from '@countersign/shared';
import { z } from 'zod';
import { askEndsAt } from '../../domain/ask.ts';
import { askLevel, isOfPlace, type AutonomyAsk, type AutonomyStep } from '../../domain/autonomy.ts';
import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import { voteOf } from '../../domain/hands.ts';
import { reasonFault } from '../../domain/note.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import type { NewId } from '../../infra/ids.ts';
import type { AccessStore, FindPrincipal } from '../../record/access-store.ts';
import type { AutonomyStore } from '../../record/autonomy-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { id, optional } from '../inputs.ts';
import { defineCommand } from '../operation.ts';
import { entitledVotes } from '../entitled-votes.ts';
import type { KnownAutonomy } from './known-autonomy.ts';
import { readLevels, type AutonomyView, type LevelViewDependencies } from './level-views.ts';

export interface AutonomyCommandDependencies extends LevelViewDependencies {
  readonly store: AutonomyStore;
  readonly journal: Pick<Journal, 'transaction'>;
  readonly access: Pick<AccessStore, 'findActivePrincipal'>;
  readonly findPrincipal: FindPrincipal;
  readonly known: Pick<KnownAutonomy, 'all' | 'forget'>;
  readonly newId: NewId;
}

/** A level after somebody's word on it. */
export interface SetLevel {
  readonly autonomy: AutonomyView;
  /** False where a second person must say the same. */
  readonly isSet: boolean;
  readonly given: number;
  readonly required: number;
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
      'Sets how much runs without a person, over what policy says. Rules that ask for people ask as before. Every process knows within a second, and steps that wait are asked about by it. Asks for an administrator; only people raise it, and in production the first word waits for a second person who says the same.',
    input: autonomyInput,
    right: 'ADMINISTER',
    run: ({ viewer }, input) => setAutonomy(deps, viewer, input),
  }),
});

export type AutonomyCommands = ReturnType<typeof createAutonomyCommands>;

type AutonomyOrder = z.output<typeof autonomyInput>;

const setAutonomy = async (
  deps: AutonomyCommandDependencies,
  viewer: Caller,
  order: AutonomyOrder,
): Promise<Outcome<SetLevel>> => {
  const fault = reasonFault(order.reason);
  if (fault) return refused(invalidInput([fault]));
  const place = {
    environment: order.environment,
    agentId: order.agentId ?? null,
    level: order.level ?? null,
  };
  const { tenantId } = viewer;
  const { levels, askHoldsMs } = deps.terms(tenantId);
  const kept = await deps.journal.transaction(async (tx): Promise<Outcome<AutonomyStep>> => {
    const at = await deps.store.lock(tx, tenantId);
    const agent =
      place.agentId === null ? null : await deps.access.findActivePrincipal(tx, tenantId, place.agentId);
    if (place.agentId !== null && !agent)
      return refused(refusal('RESOURCE_NOT_FOUND', 'There is nobody of this id who may act.'));
    const ask = { ...place, ...voteOf(viewer), by: viewer.name, reason: order.reason, at: at.toISOString() };
    const asked = await deps.store.findAsks(tenantId, new Date(at.getTime() - askHoldsMs), tx);
    const asks = await entitledVotes(deps.findPrincipal, asked.filter(isOfPlace(place)), 'ADMINISTER');
    const step = askLevel(viewer, await deps.store.findStanding(tx), levels[place.environment], ask, asks);
    if (step.ok) record(deps, tx, step.value, { viewer, ask, at, agent, askHoldsMs });
    return step;
  });
  if (!kept.ok) return kept;
  deps.known.forget();
  const [autonomy] = (await readLevels(deps, viewer))(place.agentId, [place.environment]);
  if (!autonomy) throw new Error('A level that was just set is gone.');
  const { kind, given, required } = kept.value;
  return accepted({ autonomy, isSet: kind === 'SET', given, required });
};

interface GivenWord {
  readonly viewer: Caller;
  readonly ask: AutonomyAsk;
  readonly at: Date;
  readonly agent: Pick<Principal, 'name'> | null;
  readonly askHoldsMs: number;
}

const record = (
  { store, newId }: AutonomyCommandDependencies,
  tx: JournalTransaction,
  { kind, given, required }: AutonomyStep,
  { viewer, ask, at, agent, askHoldsMs }: GivenWord,
): void => {
  const { environment, agentId, level, reason } = ask;
  const { tenantId, id: byId } = viewer;
  const word = { id: newId(), tenantId, environment, agentId, level, reason };
  const whom = agent ? `${agent.name} in ${environment.toLowerCase()}` : environment.toLowerCase();
  const before = agent ? 'it is for everybody' : 'policy says';
  const event = { tenantId, at, taskId: null, actorId: byId };
  const data = { environment, agentId, level, reason };
  if (kind === 'SET') {
    store.save(tx, { ...word, byId, at });
    const now = level === null ? `is as ${before} again` : `is ${level}`;
    const what = level === null ? 'Autonomy' : 'Autonomy level';
    tx.record({ ...event, type: 'autonomy.set', summary: `${what} of ${whom} ${now}: ${reason}`, data });
    return;
  }
  store.keepAsk(tx, { ...ask, ...word });
  const endsAt = askEndsAt(ask, askHoldsMs).toISOString();
  const wanted = level === null ? `be as ${before} again` : `be ${level}`;
  tx.record({
    ...event,
    type: 'autonomy.raise_asked',
    summary: `${ask.by} asks that autonomy of ${whom} ${wanted} (${given} of ${required}, counts until ${endsAt}): ${reason}`,
    data: { ...data, given, required, endsAt },
  });
};
