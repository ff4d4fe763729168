import { Dialog } from '../../components/dialog.tsx';
import { SignInForm } from './sign-in-form.tsx';
import styles from './sign-in.module.css';

/** Over the page that was open: what was typed there is kept, nothing was sent. */
export const SessionEndedDialog = ({ onSignedIn }: { onSignedIn: () => void }) => (
  <Dialog title="Your session has ended" isOpen onClose={() => undefined} isRequired>
    <div className={styles['form']}>
      <p className="muted">
        Nothing was sent after it ended, and what you typed is still here. Paste a new sign-in link from an
        administrator to go on where you were.
      </p>
      <SignInForm onSignedIn={onSignedIn} />
    </div>
  </Dialog>
);
