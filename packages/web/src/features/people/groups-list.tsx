import { VisibleText } from '../../components/visible-text.tsx';
import { Act } from './act-dialog.tsx';
import { Choices } from './choices.tsx';
import { changeMembers, type Group } from './group-data.ts';
import styles from './people.module.css';
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
    <p className={styles['nobody']}>
      No groups yet. Policy can ask for the approval of a group by its name, stage after stage.
    </p>
  ) : (
    <ul className={styles['list']} aria-label="Groups">
      {groups.map((group) => (
        <li key={group.id}>
          <div className={styles['who']}>
            <p className={styles['name']}>
              <VisibleText text={group.name} />
            </p>
            <p className={styles['facts']}>
              <VisibleText text={group.members.map(({ name }) => name).join(', ') || 'Nobody is in it.'} />
            </p>
          </div>
          {canAdminister ? (
            <div className={styles['acts']}>
              {/* Anew where somebody else changed it. */}
              <Members key={group.members.map(({ id }) => id).join(' ')} group={group} people={people} />
            </div>
          ) : null}
        </li>
      ))}
    </ul>
  );
