import { useMemo } from 'react';
import { CopyButton } from './copy-button.tsx';
import styles from './json-view.module.css';
import { readableJson } from './readable-json.ts';
import { VisibleText } from './visible-text.tsx';

export interface JsonViewProps {
  readonly value: unknown;
  readonly label: string;
  /** What is copied where that is not the value's own JSON: the exact bytes. */
  readonly source?: string;
}

/** A JSON value laid out for reading, with a way to copy it as it is. */
export const JsonView = ({ value, label, source = JSON.stringify(value, null, 2) }: JsonViewProps) => {
  const text = useMemo(() => readableJson(value), [value]);
  return (
    <div className={styles['frame']}>
      <pre className={styles['text']} tabIndex={0} aria-label={label}>
        <VisibleText text={text} />
      </pre>
      <div className={styles['copy']}>
        <CopyButton value={source} label={`Copy ${label.toLowerCase()}`} />
      </div>
    </div>
  );
};
