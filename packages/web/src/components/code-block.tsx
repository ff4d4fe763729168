import styles from './code-block.module.css';
import { CopyButton } from './copy-button.tsx';
import { VisibleText } from './visible-text.tsx';

/** Lines to take along. `label` says what they are: the button says that it copies them. */
export const CodeBlock = ({ label, text }: { label: string; text: string }) => (
  <div className={styles['frame']}>
    <pre className={styles['text']} tabIndex={0} aria-label={label}>
      <VisibleText text={text} />
    </pre>
    <span className={styles['copy']}>
      <CopyButton value={text} label={`Copy: ${label}`} />
    </span>
  </div>
);
