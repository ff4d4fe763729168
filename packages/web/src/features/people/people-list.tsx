import { Pill } from '../../components/pill.tsx';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import entries from '../../components/entries.module.css';
import type { Person } from './people-data.ts';
import { PersonActs } from './person-acts.tsx';
import { roleName } from './role-words.ts';

/** Everybody who can act, or could. */
export const PeopleList = ({
  people,
  viewerId,
  canAdminister,
}: {
  people: readonly Person[];
  viewerId: string;
  canAdminister: boolean;
}) => (
  <ul className={entries['list']} aria-label="People, agents and services">
    {people.map((person) => (
      <li key={person.id} data-disabled={person.disabledAt !== null || undefined}>
        <div className={entries['who']}>
          <p className={entries['name']}>
            <PrincipalChip principal={person} />
            {person.id === viewerId ? <Pill>you</Pill> : null}
            {person.disabledAt === null ? null : <Pill tone="red">disabled</Pill>}
          </p>
          <p className={entries['facts']}>
            {[
              person.roles.map(roleName).join(', '),
              person.groups.length > 0 ? `in ${person.groups.join(', ')}` : null,
              person.owner ? `owned by ${person.owner.name}` : null,
              person.createdBy ? `made by ${person.createdBy.name}` : null,
            ]
              .filter(Boolean)
              .join(' · ')}
          </p>
        </div>
        {canAdminister ? (
          <div className={entries['acts']}>
            <PersonActs person={person} />
          </div>
        ) : null}
      </li>
    ))}
  </ul>
);
