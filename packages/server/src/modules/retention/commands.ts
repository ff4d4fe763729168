import { reasonLack } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Clock } from '../../infra/clock.ts';
import type { NewId } from '../../infra/ids.ts';
import { countHolds, insertHold, releaseHold, type LegalHold } from '../../record/hold-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { turnToAdd } from '../../record/turn-to-add.ts';
import { id, optional, text } from '../inputs.ts';
import type { FindNamed } from '../named-ids.ts';
import { defineCommand } from '../operation.ts';

export interface HoldDependencies {
  readonly journal: Pick<Journal, 'transaction'>;
  readonly clock: Clock;
  readonly findTasks: FindNamed;
  readonly newId: NewId;
}

const reason = text(2_000).refine(
  (words) => reasonLack(words) === null,
  'must say why, in ten characters or more',
);

const placeInput = z
  .strictObject({
    taskId: optional(id).describe('On what belongs to this task; left out, on all that the tenant has.'),
    reason: reason.describe('Why, for the record.'),
  })
  .meta({ id: 'PlaceLegalHoldInput', description: 'What is to be kept whatever its time is, and why.' });

const releaseInput = z
  .strictObject({
    id: id.describe("The hold's UUID."),
    reason: reason.describe('Why, for the record.'),
  })
  .meta({ id: 'ReleaseLegalHoldInput', description: 'Which hold to release, and why.' });

const mostHolds = 1_000;
const noTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');
const noHold = refusal('RESOURCE_NOT_FOUND', 'There is no such hold, or it was released.');
const peopleOnly = refusal('AUTHORIZATION_FAILED', 'A person places a legal hold, and a person releases it.');
const tooMany = refusal('NOT_IN_THIS_STATE', `${mostHolds} holds stand: release some first.`);

export const createHoldCommands = (deps: HoldDependencies) => ({
  placeLegalHold: defineCommand({
    name: 'placeLegalHold',
    description:
      'Keeps what belongs to a task, or all that the tenant has, from being erased and removed until the hold is released. On a tenant, nothing of its record is archived either.',
    input: placeInput,
    right: 'ADMINISTER',
    run: ({ viewer }, { taskId, reason: why }) => place(deps, viewer, taskId ?? null, why),
  }),
  releaseLegalHold: defineCommand({
    name: 'releaseLegalHold',
    description: 'Lets what was held go by its time again.',
    input: releaseInput,
    right: 'ADMINISTER',
    run: ({ viewer }, { id: holdId, reason: why }) => release(deps, viewer, holdId, why),
  }),
});

export type HoldCommands = ReturnType<typeof createHoldCommands>;

const place = async (
  { journal, clock, findTasks, newId }: HoldDependencies,
  viewer: Principal,
  taskId: string | null,
  why: string,
): Promise<Outcome<LegalHold>> => {
  if (viewer.type !== 'HUMAN') return refused(peopleOnly);
  if (taskId !== null && (await findTasks(viewer, [taskId])).length === 0) return refused(noTask);
  return journal.transaction(async (tx) => {
    await turnToAdd(tx, 'legal_holds', viewer.tenantId);
    if ((await countHolds(tx, viewer.tenantId)) >= mostHolds) return refused(tooMany);
    const hold: LegalHold = {
      id: newId(),
      tenantId: viewer.tenantId,
      taskId,
      reason: why,
      byId: viewer.id,
      at: clock.now(),
      releasedAt: null,
      releasedById: null,
      releaseReason: null,
    };
    insertHold(tx, hold);
    tell(tx, hold, { type: 'legal_hold.placed', at: hold.at, actorId: viewer.id, reason: why });
    return accepted(hold);
  });
};

const release = (
  { journal, clock }: HoldDependencies,
  viewer: Principal,
  holdId: string,
  why: string,
): Promise<Outcome<LegalHold>> =>
  viewer.type !== 'HUMAN'
    ? Promise.resolve(refused(peopleOnly))
    : journal.transaction(async (tx) => {
        const at = clock.now();
        const { tenantId, id: byId } = viewer;
        const hold = await releaseHold(tx, { tenantId, id: holdId, at, byId, reason: why });
        if (!hold) return refused(noHold);
        tell(tx, hold, { type: 'legal_hold.released', at, actorId: byId, reason: why });
        return accepted(hold);
      });

const tell = (
  tx: Pick<JournalTransaction, 'record'>,
  { id: holdId, tenantId, taskId }: LegalHold,
  {
    type,
    at,
    actorId,
    reason: why,
  }: {
    readonly type: 'legal_hold.placed' | 'legal_hold.released';
    readonly at: Date;
    readonly actorId: string;
    readonly reason: string;
  },
): void => {
  const what = taskId === null ? 'the whole tenant' : 'this task';
  tx.record({
    tenantId,
    type,
    at,
    taskId,
    actorId,
    summary:
      type === 'legal_hold.placed' ? `Placed a legal hold on ${what}` : `Released the legal hold on ${what}`,
    data: { holdId, reason: why },
  });
};
