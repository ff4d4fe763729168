import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { ActOutcome } from '../graphql/act-of.ts';
import { asRequestFailure } from '../graphql/request-error.ts';
import styles from './act-dialog.module.css';
import { ActForm, ActResult } from './act-form.tsx';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { Dialog } from './dialog.tsx';
import { VisibleText } from './visible-text.tsx';

export interface ActDialogProps {
  /** On the button that opens it. */
  readonly label: string;
  readonly title: string;
  /** On the button that does it. */
  readonly verb: string;
  readonly isDanger?: boolean | undefined;
  /** What is shown once where the act made a secret, and what to do with it. */
  readonly secretWords?: string;
  /** In pixels. */
  readonly width?: number;
  readonly act: () => Promise<ActOutcome>;
  /** What is shown of it is old now. */
  readonly onDone: () => void;
  /** Whatever was typed is for the next time. */
  readonly onClosed?: () => void;
  readonly children: ReactNode;
}

/** A button, and a dialog that says what the act does before it is done. A secret is shown in it once. */
export const ActDialog = ({
  label,
  title,
  verb,
  isDanger,
  secretWords,
  width = 460,
  act,
  onDone,
  onClosed,
  children,
}: ActDialogProps) => {
  const [isOpen, setOpen] = useState(false);
  const doing = useMutation({
    mutationFn: act,
    networkMode: 'always',
    retry: false,
    onSuccess: ({ complaint, secret }) => {
      if (complaint !== null) return;
      if (!secret) close();
      onDone();
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
      <Dialog title={title} isOpen={isOpen} onClose={close} isRequired={Boolean(secret)} width={width}>
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
                <VisibleText text={complaint} />
              </p>
            )}
          </ActForm>
        )}
      </Dialog>
    </>
  );
};
