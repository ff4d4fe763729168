import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { startSession, tokenIn } from './session-requests.ts';
import styles from './sign-in.module.css';

/** Asks for the one-time link or its token, and starts a session with it. */
export const SignInForm = ({ onSignedIn }: { onSignedIn: () => void }) => {
  const [pasted, setPasted] = useState('');
  const [complaint, setComplaint] = useState<string | null>(null);
  const signIn = useMutation({ mutationFn: startSession, onSuccess: onSignedIn });
  const submit = (): void => {
    const token = tokenIn(pasted);
    setComplaint(token === null ? 'That is neither a sign-in link nor a token.' : null);
    if (token !== null) signIn.mutate(token);
  };
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextInput
        label="Sign-in link or token"
        placeholder={`${window.location.origin}/sign-in#token=…`}
        value={pasted}
        onChange={(event) => setPasted(event.currentTarget.value)}
        error={complaint ?? signIn.error?.message}
        autoComplete="off"
        spellCheck={false}
      />
      <Button type="submit" look="primary" size="large" isBusy={signIn.isPending}>
        {signIn.isPending ? 'Signing in…' : 'Sign in'}
      </Button>
    </form>
  );
};
