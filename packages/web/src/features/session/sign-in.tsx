import { useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Button } from '../../components/button.tsx';
import { Mark } from '../../components/mark.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { startSession, tokenIn } from './session-requests.ts';
import { SignInForm } from './sign-in-form.tsx';
import styles from './sign-in.module.css';
import { viewerOptions } from './viewer.ts';

const OtherWays = lazy(() => import('./other-ways.tsx'));

const Explanation = () => (
  <div className={styles['explanation']}>
    <p>
      An administrator makes your sign-in link under Settings, People and keys. Whoever runs the server gets
      one with <code>npm run -s countersign -- sign-in-link</code>; the first start prints one too.
    </p>
    <p>Open that link here, or paste it below. A link works once, for 15 minutes.</p>
  </div>
);

/** A link that is refused ends no session: whoever has one may go on with it. */
const useRemainingSession = (isRefused: boolean) => {
  const viewer = useQuery({ ...viewerOptions(), staleTime: 0, enabled: isRefused });
  const isKnown = isRefused && !viewer.isFetching;
  return {
    isAsking: isRefused && viewer.isFetching,
    name: isKnown && !viewer.error ? viewer.data?.viewer.principal.name : undefined,
  };
};

/** The page behind the one-time link. The token stands after the `#`, so it never reaches a server's log. */
export const SignIn = ({
  refused,
  onSignedIn,
}: {
  /** Why the issuer's answer let nobody in. */
  refused?: string | undefined;
  onSignedIn: () => void;
}) => {
  const signIn = useMutation({ mutationFn: startSession, onSuccess: onSignedIn });
  const { mutate } = signIn;
  useEffect(() => {
    const read = (): void => {
      const { hash, pathname, search } = window.location;
      const token = hash === '' ? null : tokenIn(hash);
      if (token === null) return;
      window.history.replaceState(window.history.state, '', pathname + search);
      mutate(token);
    };
    read();
    // A link pasted into the address of this very page loads nothing anew.
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, [mutate]);
  const session = useRemainingSession(signIn.isError);
  const isBusy = signIn.isPending || signIn.isSuccess || session.isAsking;
  return (
    <main className={styles['page']}>
      <section className={styles['card']}>
        <Mark size={36} />
        <h1>
          {isBusy ? 'Signing you in…' : session.name ? 'You are signed in already' : 'Sign in to Countersign'}
        </h1>
        {isBusy ? (
          <p className="muted" role="status">
            The link is being checked.
          </p>
        ) : (
          <>
            {signIn.error && !session.name ? (
              <p className={styles['refused']} role="alert">
                {signIn.error.message}
              </p>
            ) : null}
            {session.name ? (
              <>
                <p className="muted" role="status">
                  The link was not taken: it was used before or is too old. The session of{' '}
                  <VisibleText text={session.name} /> in this browser goes on.
                </p>
                <Button look="primary" size="large" onClick={onSignedIn}>
                  Go on to the console
                </Button>
              </>
            ) : (
              <>
                <Suspense fallback={null}>
                  <OtherWays refused={refused} />
                </Suspense>
                <Explanation />
                <SignInForm onSignedIn={onSignedIn} />
              </>
            )}
          </>
        )}
      </section>
    </main>
  );
};
