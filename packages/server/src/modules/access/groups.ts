import { accepted, invalidInput, refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import type { Caller, Principal } from '../../domain/principal.ts';
import { isGroupOfOne } from '../../domain/stand-in.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Group, GroupStore } from '../../record/group-store.ts';
import type { Journal, JournalTransaction } from '../../record/journal.ts';
import { accessEvent } from './access-events.ts';
import { nameFaults, nameTaken, tidyName } from './access-rules.ts';

export interface GroupsDependencies {
  readonly journal: Journal;
  readonly groups: GroupStore;
  readonly newId: NewId;
}

/** What begins so is a person's own. */
const startsWrong = { path: 'name', message: 'may not begin with @' };

const groupNameFaults = (given: string) => [
  ...nameFaults(given),
  ...(isGroupOfOne(tidyName(given)) ? [startsWrong] : []),
];

export const createGroup = async (
  { journal, groups, newId }: GroupsDependencies,
  viewer: Caller,
  given: string,
): Promise<Outcome<Group>> => {
  const faults = groupNameFaults(given);
  if (faults.length > 0) return refused(invalidInput(faults));
  const name = tidyName(given);
  const group: Group = { id: newId(), tenantId: viewer.tenantId, name, createdById: viewer.id };
  return journal.transaction(async (tx) => {
    if ((await groups.count(tx, viewer.tenantId)) >= mostGroups) return refused(tooManyGroups);
    const at = await groups.insert(tx, group);
    if (!at) return refused(invalidInput([nameTaken]));
    tx.record(
      accessEvent(viewer.tenantId, at, viewer.id, {
        type: 'group.created',
        summary: `Made the group ${name}`,
        data: { groupId: group.id, name },
      }),
    );
    return accepted(group);
  });
};

/** As many as one page of a list. */
const mostGroups = 200;
/** Each of them may be asked, and is looked at with every vote. */
const mostMembers = 500;
const tooManyGroups = refusal('PRECONDITION_FAILED', `A tenant has ${mostGroups} groups at most.`);
const tooManyMembers = refusal('PRECONDITION_FAILED', `A group has ${mostMembers} members at most.`);

/**
 * Policy names a group by its name, and so does every approval that it was asked for: while one of those is
 * open, another name would leave nobody to give it.
 */
export const renameGroup = async (
  { journal, groups }: GroupsDependencies,
  viewer: Caller,
  groupId: string,
  given: string,
): Promise<Outcome<Group>> => {
  const faults = groupNameFaults(given);
  if (faults.length > 0) return refused(invalidInput(faults));
  const name = tidyName(given);
  return journal.transaction(async (tx) => {
    const group = await groups.find(tx, viewer.tenantId, groupId);
    if (!group) return refused(noSuchGroup);
    if (group.name === name) return accepted(group);
    const asked = (await groups.countAsked(tx, viewer.tenantId, [group.name])).get(group.name) ?? 0;
    if (asked > 0) return refused(stillAsked(group.name, asked));
    const at = await groups.rename(tx, group, name);
    if (!at) return refused(invalidInput([nameTaken]));
    tx.record(
      accessEvent(viewer.tenantId, at, viewer.id, {
        type: 'group.renamed',
        summary: `Renamed the group ${group.name} to ${name}`,
        data: { groupId, name, nameBefore: group.name },
      }),
    );
    for (const person of await groups.lockMembers(tx, viewer.tenantId, group.name)) {
      const names = person.groups.map((one) => (one === group.name ? name : one)).toSorted();
      await setGroups(groups, tx, viewer, person, names, `${person.name} is in ${name}, once ${group.name}`);
    }
    return accepted({ ...group, name });
  });
};

const noSuchGroup = refusal('RESOURCE_NOT_FOUND', 'There is no such group.');
const stillAsked = (name: string, count: number): Refusal =>
  refusal(
    'PRECONDITION_FAILED',
    `${name} was asked about ${count} ${count === 1 ? 'task' : 'tasks'} that ${count === 1 ? 'has' : 'have'} not ended. Rename it when they have, or make a new group.`,
  );

const setGroups = async (
  groups: GroupStore,
  tx: JournalTransaction,
  viewer: Caller,
  person: Principal,
  names: readonly string[],
  summary: string,
): Promise<void> => {
  const at = await groups.setGroups(tx, person.id, names);
  tx.record(
    accessEvent(viewer.tenantId, at, viewer.id, {
      type: 'principal.groups_changed',
      summary,
      data: { principalId: person.id, groups: names, groupsBefore: person.groups },
    }),
  );
};

/** Adds or removes people. Who is a member already, or is none, stays as they are. Where one of the ids belongs to no person of the tenant, nothing changes. */
export const changeMembers = async (
  { journal, groups }: GroupsDependencies,
  viewer: Caller,
  groupId: string,
  principalIds: readonly string[],
  change: 'ADD' | 'REMOVE',
): Promise<Outcome<Group>> =>
  journal.transaction(async (tx) => {
    const group = await groups.find(tx, viewer.tenantId, groupId);
    if (!group) return refused(noSuchGroup);
    const members = change === 'ADD' ? await groups.lockMembers(tx, viewer.tenantId, group.name) : [];
    const people = await groups.lockPeople(tx, viewer.tenantId, principalIds);
    const unknown = principalIds.flatMap((id, index) =>
      people.some((person) => person.id === id.toLowerCase())
        ? []
        : [{ path: `principalIds[${index}]`, message: 'names no person of this tenant' }],
    );
    if (unknown.length > 0) return refused(invalidInput(unknown));
    const joining = people.filter((person) => !person.groups.includes(group.name));
    if (change === 'ADD' && members.length + joining.length > mostMembers) return refused(tooManyMembers);
    for (const person of people) {
      const others = person.groups.filter((name) => name !== group.name);
      const names = change === 'ADD' ? [...others, group.name].toSorted() : others;
      if (person.groups.includes(group.name) === (change === 'ADD')) continue;
      const [did, where] = change === 'ADD' ? ['Put', 'into'] : ['Took', 'out of'];
      const summary = `${did} ${person.name} ${where} the group ${group.name}`;
      await setGroups(groups, tx, viewer, person, names, summary);
    }
    return accepted(group);
  });
