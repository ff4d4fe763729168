import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { Mark } from '../../components/mark.tsx';
import { startSession, tokenIn } from './session-requests.ts';
import { SignInForm } from './sign-in-form.tsx';
import styles from './sign-in.module.css';

const Explanation = () => (
  <div className={styles['explanation']}>
    <p>
      Countersign prints a one-time sign-in link in the terminal where <code>npm start</code> runs, and keeps
      it in <code>.countersign/first-run.json</code> under <code>signInUrl</code>.
    </p>
    <p>Open that link here, or paste it below. A link works once; a restart prints a new one.</p>
  </div>
);

/** The page behind the one-time link. The token stands after the `#`, so it never reaches a server's log. */
export const SignIn = ({ onSignedIn }: { onSignedIn: () => void }) => {
  const signIn = useMutation({ mutationFn: startSession, onSuccess: onSignedIn });
  const hasRead = useRef(false);
  const { mutate } = signIn;
  useEffect(() => {
    if (hasRead.current) return;
    hasRead.current = true;
    const token = window.location.hash === '' ? null : tokenIn(window.location.hash);
    if (token === null) return;
    window.history.replaceState(window.history.state, '', window.location.pathname + window.location.search);
    mutate(token);
  }, [mutate]);
  const isBusy = signIn.isPending || signIn.isSuccess;
  return (
    <main className={styles['page']}>
      <section className={styles['card']}>
        <Mark size={36} />
        <h1>{isBusy ? 'Signing you in…' : 'Sign in to Countersign'}</h1>
        {isBusy ? (
          <p className="muted" role="status">
            The link is being checked.
          </p>
        ) : (
          <>
            {signIn.error ? (
              <p className={styles['refused']} role="alert">
                {signIn.error.message}
              </p>
            ) : null}
            <Explanation />
            <SignInForm onSignedIn={onSignedIn} />
          </>
        )}
      </section>
    </main>
  );
};
