import { accepted, invalidInput, refusal, refused, type Outcome } from '../../domain/errors.ts';
import type { Caller } from '../../domain/principal.ts';
import type { NewId } from '../../infra/ids.ts';
import type { Group, GroupStore } from '../../record/group-store.ts';
import type { Journal } from '../../record/journal.ts';
import { accessEvent } from './access-events.ts';
import { nameFaults, nameTaken, tidyName } from './access-rules.ts';

export interface GroupsDependencies {
  readonly journal: Journal;
  readonly groups: GroupStore;
  readonly newId: NewId;
}

export const createGroup = async (
  { journal, groups, newId }: GroupsDependencies,
  viewer: Caller,
  given: string,
): Promise<Outcome<Group>> => {
  const faults = nameFaults(given);
  if (faults.length > 0) return refused(invalidInput(faults));
  const name = tidyName(given);
  const group: Group = { id: newId(), tenantId: viewer.tenantId, name, createdById: viewer.id };
  return journal.transaction(async (tx) => {
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

/** Who is in already, or is not in, stays as they are. Nobody is changed where one of them is nobody's person. */
export const changeMembers = async (
  { journal, groups }: GroupsDependencies,
  viewer: Caller,
  groupId: string,
  principalIds: readonly string[],
  change: 'ADD' | 'REMOVE',
): Promise<Outcome<Group>> =>
  journal.transaction(async (tx) => {
    const group = await groups.find(tx, viewer.tenantId, groupId);
    if (!group) return refused(refusal('RESOURCE_NOT_FOUND', 'There is no such group.'));
    const people = await groups.lockPeople(tx, viewer.tenantId, principalIds);
    const unknown = principalIds.flatMap((id, index) =>
      people.some((person) => person.id === id.toLowerCase())
        ? []
        : [{ path: `principalIds[${index}]`, message: 'names no person of this tenant' }],
    );
    if (unknown.length > 0) return refused(invalidInput(unknown));
    for (const person of people) {
      const others = person.groups.filter((name) => name !== group.name);
      const names = change === 'ADD' ? [...others, group.name].toSorted() : others;
      if (person.groups.includes(group.name) === (change === 'ADD')) continue;
      const at = await groups.setGroups(tx, person.id, names);
      tx.record(
        accessEvent(viewer.tenantId, at, viewer.id, {
          type: 'principal.groups_changed',
          summary: `${change === 'ADD' ? 'Put' : 'Took'} ${person.name} ${change === 'ADD' ? 'into' : 'out of'} the group ${group.name}`,
          data: { principalId: person.id, groups: names, groupsBefore: person.groups },
        }),
      );
    }
    return accepted(group);
  });
