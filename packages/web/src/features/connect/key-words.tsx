import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { VisibleText } from '../../components/visible-text.tsx';
import { whoMakesKeysOptions } from './connect-data.ts';

/** What stands in the place of a key, and where one is made. */
export const KeyWords = ({ canAdminister }: { canAdminister: boolean }) => (
  <p>
    Put an API key in the place of <code>YOUR_KEY</code>.{' '}
    {canAdminister ? (
      <>
        You make one under{' '}
        <Link to="/settings/people" className="in-text">
          Settings, People and keys
        </Link>
        , best for the agent or service that calls.
      </>
    ) : (
      <WhoMakesKeys />
    )}
  </p>
);

const WhoMakesKeys = () => {
  const { data } = useQuery(whoMakesKeysOptions());
  const names = (data?.principals.nodes ?? [])
    .filter(({ type, roles }) => type === 'HUMAN' && roles.includes('ADMIN'))
    .map(({ name }) => name);
  return (
    <>
      An administrator makes one for you
      {names.length === 0 ? (
        '.'
      ) : (
        <>
          : ask <VisibleText text={names.slice(0, 3).join(' or ')} />.
        </>
      )}
    </>
  );
};
