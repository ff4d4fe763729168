import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { ActForm, ActResult } from '../../components/act-form.tsx';
import { Button } from '../../components/button.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import type { ActOutcome } from '../../graphql/act-of.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import { groupsOptions } from './group-data.ts';
import styles from './people.module.css';
import { keysOptions, peopleOptions } from './people-data.ts';

export interface ActProps {
  /** On the button that opens it. */
  readonly label: string;
  readonly title: string;
  /** On the button that does it. */
  readonly verb: string;
  readonly isDanger?: boolean | undefined;
  /** What is shown once where the act made a secret, and what to do with it. */
  readonly secretWords?: string;
  readonly act: () => Promise<ActOutcome>;
  /** Whatever was typed is for the next time. */
  readonly onClosed?: () => void;
  readonly children: ReactNode;
}

/** A button, and a dialog that says what the act does before it is done. A secret is shown in it once. */
export const Act = ({ label, title, verb, isDanger, secretWords, act, onClosed, children }: ActProps) => {
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const doing = useMutation({
    mutationFn: act,
    networkMode: 'always',
    retry: false,
    onSuccess: ({ complaint, secret }) => {
      if (complaint !== null) return;
      if (!secret) close();
      void queryClient.invalidateQueries({ queryKey: peopleOptions().queryKey });
      void queryClient.invalidateQueries({ queryKey: keysOptions().queryKey });
      void queryClient.invalidateQueries({ queryKey: groupsOptions().queryKey });
    },
  });
  const close = (): void => {
    setOpen(false);
    doing.reset();
    onClosed?.();
  };
  const complaint = doing.data?.complaint ?? (doing.error ? asRequestFailure(doing.error).message : null);
  const secret = doing.data?.secret;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog title={title} isOpen={isOpen} onClose={close} isRequired={Boolean(secret)}>
        {secret ? (
          <ActResult close="I have kept it" onClose={close}>
            <p>{secretWords}</p>
            <div className={styles['secret']}>
              <code data-testid="secret">{secret}</code>
              <CopyButton value={secret} label="Copy" isOutlined />
            </div>
          </ActResult>
        ) : (
          <ActForm
            verb={verb}
            isDanger={isDanger}
            isPending={doing.isPending}
            onAct={doing.mutate}
            leave="Close"
            onLeave={close}
          >
            {children}
            {complaint === null ? null : (
              <p className={styles['complaint']} role="alert">
                {complaint}
              </p>
            )}
          </ActForm>
        )}
      </Dialog>
    </>
  );
};
