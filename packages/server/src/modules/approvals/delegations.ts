import { z } from 'zod';
import { delegationFault, endingFault, handingOnFault, type Delegation } from '../../domain/delegation.ts';
import { accepted, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/events.ts';
import type { Caller } from '../../domain/principal.ts';
import { groupOfOne } from '../../domain/stand-in.ts';
import { isGateRefusal } from '../../infra/database-errors.ts';
import type { NewId } from '../../infra/ids.ts';
import type { DelegationStore } from '../../record/delegation-store.ts';
import type { GroupStore } from '../../record/group-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { id, idList, instant, optional } from '../inputs.ts';
import { defineCommand, defineQuery } from '../operation.ts';

export interface DelegationDependencies {
  readonly journal: Journal;
  readonly delegations: DelegationStore;
  readonly groups: Pick<GroupStore, 'lockPeople' | 'setGroups'>;
  readonly newId: NewId;
}

const list = idList('delegations');

const newDelegation = z
  .strictObject({
    toId: id.describe('Who decides meanwhile: a person of your tenant who may decide, by their UUID.'),
    from: optional(instant).describe('From when; from now where left out.'),
    until: instant.describe('Until when: at most 90 days.'),
    principalId: optional(id).describe(
      'Who is away, by their UUID: you where left out. An administrator says it for others.',
    ),
  })
  .meta({ id: 'CreateDelegationInput', description: 'Who decides in whose place, and when.' });

const delegationToEnd = z
  .strictObject({ delegationId: id.describe('Its UUID.') })
  .meta({ id: 'EndDelegationInput', description: 'Which delegation to end.' });

export const createDelegationOperations = (deps: DelegationDependencies) => ({
  createDelegation: defineCommand({
    name: 'createDelegation',
    description:
      'Lets somebody decide in your place while you are away. They act as themselves and both of you count once; it is not handed on.',
    input: newDelegation,
    run: ({ viewer }, input) => createDelegation(deps, viewer, input),
  }),
  endDelegation: defineCommand({
    name: 'endDelegation',
    description: 'Ends a delegation before its time. What was approved under it stays approved.',
    input: delegationToEnd,
    run: ({ viewer }, { delegationId }) => endDelegation(deps, viewer, delegationId),
  }),
  delegations: defineQuery({
    name: 'delegations',
    isForPeople: true,
    description: 'Who decides in whose place, now or later, those first that end first.',
    input: z.strictObject(list.input),
    async view({ viewer }, { first, after }) {
      const rows = await deps.delegations.list(viewer.tenantId, first + 1, list.after(after));
      return accepted(list.page(rows, first, (delegation) => delegation.id));
    },
  }),
});

export type DelegationOperations = ReturnType<typeof createDelegationOperations>;

const createDelegation = (
  { journal, delegations, groups, newId }: DelegationDependencies,
  viewer: Caller,
  { toId, from, until, principalId = viewer.id }: z.output<typeof newDelegation>,
): Promise<Outcome<Delegation>> =>
  throughGate(journal, async (tx) => {
    const notTheirs = handingOnFault(viewer, principalId);
    if (notTheirs) return refused(notTheirs);
    const people = await groups.lockPeople(tx, viewer.tenantId, [principalId, toId]);
    const now = await delegations.now(tx);
    const wanted = {
      from: people.find((person) => person.id === principalId) ?? null,
      to: people.find((person) => person.id === toId) ?? null,
      startsAt: from ?? now,
      endsAt: until,
    };
    const no = delegationFault(wanted, await delegations.openOf(tx, [principalId, toId]), now);
    if (no) return refused(no);
    if (!wanted.from || !wanted.to) throw new Error('Nobody stands in for nobody.');
    const made: Delegation = {
      id: newId(),
      tenantId: viewer.tenantId,
      fromId: principalId,
      toId,
      startsAt: wanted.startsAt,
      endsAt: until,
      createdById: viewer.id,
      createdAt: now,
      endedAt: null,
    };
    delegations.insert(tx, made);
    const own = groupOfOne(toId);
    if (!wanted.to.groups.includes(own)) await groups.setGroups(tx, toId, [...wanted.to.groups, own]);
    const times = `from ${made.startsAt.toISOString()} until ${until.toISOString()}`;
    tx.record(
      eventOf(viewer, made, now, {
        type: 'principal.delegated',
        summary: `${wanted.to.name} decides in the place of ${wanted.from.name} ${times}`,
      }),
    );
    return accepted(made);
  });

/** Somebody may have lost the right to it since they were looked up: the database judges what is true then. */
const throughGate = async <Value>(
  journal: Journal,
  work: (tx: JournalTransaction) => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> => {
  try {
    return await journal.transaction(work);
  } catch (error) {
    if (!isGateRefusal(error, 'DELEGATION')) throw error;
    return refused(refusal('NOT_ELIGIBLE', `The database refused it: ${error.message}.`));
  }
};

const endDelegation = (
  { journal, delegations }: DelegationDependencies,
  viewer: Caller,
  delegationId: string,
): Promise<Outcome<Delegation>> =>
  journal.transaction(async (tx) => {
    const found = await delegations.find(tx, viewer.tenantId, delegationId);
    if (!found) return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such delegation.'));
    const no = endingFault(viewer, found);
    if (no) return refused(no);
    if (found.endedAt) return accepted(found);
    const now = await delegations.now(tx);
    delegations.end(tx, found, now);
    tx.record(
      eventOf(viewer, found, now, {
        type: 'principal.delegation_ended',
        summary: 'Nobody decides in the place of who was away any more',
      }),
    );
    return accepted({ ...found, endedAt: now });
  });

const eventOf = (
  viewer: Caller,
  { id: delegationId, fromId, toId, startsAt, endsAt }: Delegation,
  at: Date,
  { type, summary }: { type: 'principal.delegated' | 'principal.delegation_ended'; summary: string },
): NewEvent => ({
  tenantId: viewer.tenantId,
  at,
  taskId: null,
  actorId: viewer.id,
  type,
  summary,
  data: {
    principalId: toId,
    delegationId,
    fromId,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
  },
});
