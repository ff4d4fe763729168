import { useQuery } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { readWays } from './session-requests.ts';
import styles from './sign-in.module.css';

/** Why the issuer's answer let nobody in, by the code that the server sent the browser back with. */
const reasons: Readonly<Record<string, string>> = {
  AUTHENTICATION_FAILED: 'That sign-in does not hold any more. Begin again.',
  AUTHORIZATION_FAILED: 'You are known there, but may not come in here. Ask an administrator.',
  NOT_ELIGIBLE: 'You cannot be told apart from somebody who is here already. Ask an administrator.',
  SERVICE_DOWN: 'Where you sign in cannot be reached at the moment. Try again soon.',
};

/** Ways in besides a link: where the installation's people have an account already. */
const OtherWays = ({ refused }: { refused: string | undefined }) => {
  const ways = useQuery({ queryKey: ['ways-in'], queryFn: readWays, staleTime: 60_000, retry: false });
  const label = ways.data?.issuer ?? null;
  return (
    <>
      {refused === undefined ? null : (
        <p className={styles['refused']} role="alert">
          {reasons[refused] ?? 'That sign-in was refused.'}
        </p>
      )}
      {label === null ? null : (
        <Button look="primary" size="large" onClick={() => window.location.assign('/session/begin')}>
          Sign in with {label}
        </Button>
      )}
    </>
  );
};

export default OtherWays;
