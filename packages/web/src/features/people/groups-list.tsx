import { VisibleText } from '../../components/visible-text.tsx';
import { TextInput } from '@mantine/core';
import { Act } from './act-dialog.tsx';
import { Choices } from './choices.tsx';
import { changeMembers, renameGroup, type Group } from './group-data.ts';
import entries from '../../components/entries.module.css';
import type { Person } from './people-data.ts';
import { useState } from 'react';

const Members = ({ group, people }: { group: Group; people: readonly Person[] }) => {
  const now = group.members.map(({ id }) => id);
  const [chosen, setChosen] = useState<readonly string[]>(now);
  const humans = people.filter(({ type, disabledAt }) => type === 'HUMAN' && disabledAt === null);
  const nameOf = (id: string): string => humans.find((person) => person.id === id)?.name ?? id;
  return (
    <Act
      label="Members…"
      title={`Members of ${group.name}`}
      verb="Set members"
      act={() => changeMembers(group.id, now, chosen)}
      onClosed={() => setChosen(now)}
    >
      <p>
        Approvals that somebody gave as a member, and that have not taken effect, count no longer once they
        have left.
      </p>
      <Choices
        label={`Who decides as ${group.name}`}
        options={humans.map(({ id }) => id)}
        chosen={chosen}
        word={nameOf}
        onChange={setChosen}
      />
    </Act>
  );
};

const Rename = ({ group }: { group: Group }) => {
  const [name, setName] = useState(group.name);
  return (
    <Act
      label="Rename…"
      title={`Another name for ${group.name}`}
      verb="Rename"
      act={() => renameGroup({ groupId: group.id, name })}
      onClosed={() => setName(group.name)}
    >
      <p>Policy asks for a group by its name: change the name there as well, or nobody is asked.</p>
      <TextInput
        label="Name, as policy calls it"
        value={name}
        onChange={({ currentTarget: { value } }) => setName(value)}
        autoComplete="off"
        data-autofocus
      />
    </Act>
  );
};

/** Who decides as the group, and on how much now. */
const factsOf = ({ members, openTasks }: Group): string => {
  const names = members.map(({ name }) => name).join(', ') || 'Nobody is in it.';
  if (openTasks === 0) return names;
  return `${names} · asked about ${openTasks} open ${openTasks === 1 ? 'task' : 'tasks'}`;
};

/** Groups by whose name policy asks people. */
export const GroupsList = ({
  groups,
  people,
  canAdminister,
}: {
  groups: readonly Group[];
  people: readonly Person[];
  canAdminister: boolean;
}) =>
  groups.length === 0 ? (
    <p className={entries['nothing']}>
      No groups yet. Policy can ask for the approval of a group by its name, stage after stage.
    </p>
  ) : (
    <ul className={entries['list']} aria-label="Groups">
      {groups.map((group) => (
        <li key={group.id}>
          <div className={entries['who']}>
            <p className={entries['name']}>
              <VisibleText text={group.name} />
            </p>
            <p className={entries['facts']}>
              <VisibleText text={factsOf(group)} />
            </p>
          </div>
          {canAdminister ? (
            <div className={entries['acts']}>
              <Rename key={group.name} group={group} />
              {/* Anew where somebody else changed it. */}
              <Members key={group.members.map(({ id }) => id).join(' ')} group={group} people={people} />
            </div>
          ) : null}
        </li>
      ))}
    </ul>
  );
