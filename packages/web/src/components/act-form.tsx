import type { ReactNode } from 'react';
import styles from './act-form.module.css';
import { Button } from './button.tsx';

export interface ActFormProps {
  /** On the button that does it. */
  readonly verb: string;
  readonly isDanger?: boolean | undefined;
  readonly isPending: boolean;
  readonly onAct: () => void;
  /** On the button that does not. */
  readonly leave?: string;
  readonly onLeave: () => void;
  readonly children: ReactNode;
}

/** What a dialog says and asks before something is done, and the two ways out of it. */
export const ActForm = ({
  verb,
  isDanger = false,
  isPending,
  onAct,
  leave = 'Leave it',
  onLeave,
  children,
}: ActFormProps) => (
  <form
    className={styles['form']}
    onSubmit={(event) => {
      event.preventDefault();
      onAct();
    }}
  >
    {children}
    <div className={styles['buttons']}>
      <Button onClick={onLeave}>{leave}</Button>
      <Button type="submit" look={isDanger ? 'danger' : 'primary'} isBusy={isPending}>
        {isPending ? 'Sending…' : verb}
      </Button>
    </div>
  </form>
);

export interface ActResultProps {
  /** On the button that closes the dialog. */
  readonly close: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** What came of it, in the same dialog. */
export const ActResult = ({ close, onClose, children }: ActResultProps) => (
  <div className={styles['form']}>
    {children}
    <div className={styles['buttons']}>
      <Button look="primary" onClick={onClose}>
        {close}
      </Button>
    </div>
  </div>
);
