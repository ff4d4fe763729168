import { VisibleText } from '../visible-text.tsx';
import styles from './field-diff.module.css';

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 2);

const Value = ({ kind, value }: { kind: 'before' | 'after'; value: unknown }) => (
  <div className={styles['value']} data-kind={kind}>
    <span aria-hidden>{kind === 'before' ? '−' : '+'}</span>
    <span className="visually-hidden">{kind === 'before' ? 'before: ' : 'after: '}</span>
    <span>
      <VisibleText text={shown(value)} />
    </span>
  </div>
);

const isThere = (value: unknown): boolean => value !== null && value !== undefined;

/** One field: what it says now, what it will say. What is not there is not shown as if it were a value. */
export const FieldDiffLines = ({ before, after }: { before: unknown; after: unknown }) => (
  <div className={styles['field']} data-change>
    {isThere(before) ? <Value kind="before" value={before} /> : null}
    {isThere(after) ? <Value kind="after" value={after} /> : null}
  </div>
);
