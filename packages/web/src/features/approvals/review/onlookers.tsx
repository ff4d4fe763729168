import type { ResultOf } from 'gql.tada';
import { useState } from 'react';
import { graphql } from '../../../graphql/graphql.ts';
import { useSubscription } from '../../../live/session.tsx';
import { PrincipalChip } from '../../../vocabulary/principal-chip.tsx';
import styles from './onlookers.module.css';

const Onlookers = graphql(`
  subscription Onlookers($approvalId: ID!) {
    onlookers(approvalId: $approvalId) {
      more
      people {
        id
        type
        name
      }
    }
  }
`);
type Seen = ResultOf<typeof Onlookers>['onlookers'];

/** As many as fit beside each other on a phone. */
const mostNamed = 3;

/** Who else has this request before them now; whoever is shown it is shown to them. Whoever comes or goes moves nothing. */
export const OnlookersOf = ({ approvalId }: { approvalId: string }) => {
  const [seen, setSeen] = useState<Seen | null>(null);
  useSubscription(Onlookers, { approvalId }, ({ onlookers }) => setSeen(onlookers));
  return (
    <div className={styles['onlookers']}>{seen ? <Names of={seen} id={`here-${approvalId}`} /> : null}</div>
  );
};

const Names = ({ of: { people, more }, id }: { of: Seen; id: string }) => {
  if (people.length === 0) return <span>Nobody else is here</span>;
  const others = people.length - mostNamed + more;
  return (
    <>
      <span id={id}>Also here</span>
      <ul aria-labelledby={id} title={people.map(({ name }) => name).join(', ')}>
        {people.slice(0, mostNamed).map((person) => (
          <li key={person.id}>
            <PrincipalChip principal={person} />
          </li>
        ))}
      </ul>
      {others > 0 ? <span>and {others} more</span> : null}
    </>
  );
};
