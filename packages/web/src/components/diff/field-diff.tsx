import { VisibleText } from '../visible-text.tsx';
import styles from './field-diff.module.css';

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 2);

const Value = ({ kind, value }: { kind: 'before' | 'after'; value: unknown }) => (
  <div className={styles['value']} data-kind={kind}>
    <span aria-hidden>{kind === 'before' ? '−' : '+'}</span>
    <span className="visually-hidden">{kind === 'before' ? 'before: ' : 'after: '}</span>
    {value === null || value === undefined ? (
      <span className={styles['nothing']}>nothing</span>
    ) : (
      <span>
        <VisibleText text={shown(value)} />
      </span>
    )}
  </div>
);

/** One field: what it says now, what it will say. */
export const FieldDiffLines = ({ before, after }: { before: unknown; after: unknown }) => (
  <div className={styles['field']} data-change>
    <Value kind="before" value={before} />
    <Value kind="after" value={after} />
  </div>
);
