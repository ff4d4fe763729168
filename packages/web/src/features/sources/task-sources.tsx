import type { SourceKind, SourceTrust } from '@countersign/shared';
import { Link } from '@tanstack/react-router';
import { VisibleText } from '../../components/visible-text.tsx';
import { shortId } from '../../vocabulary/short-id.ts';
import { QuarantineAct } from './quarantine-act.tsx';
import { kindWords } from './sources-data.ts';
import styles from './sources.module.css';

interface Source {
  readonly kind: SourceKind;
  readonly reference: string;
  readonly trust: SourceTrust;
  readonly via: string | null;
}

/** What a task rests on, and the way to keep one of it from doing harm. */
export const TaskSources = ({ sources }: { sources: readonly Source[] }) => (
  <section className={styles['sources']} aria-label="What it rests on">
    <h2>What it rests on</h2>
    <ul className={styles['list']}>
      {sources.map(({ kind, reference, trust, via }) => (
        <li key={`${kind} ${reference} ${trust}`} className={styles['row']}>
          <p>
            <b>{trust === 'OUTSIDE' ? 'From outside: ' : 'Inside, by the submitter’s word: '}</b>
            <VisibleText text={`${kindWords[kind]} ${reference}`} />
            {via ? (
              <span className="muted">
                {' '}
                by way of{' '}
                <Link to="/tasks/$id" params={{ id: via }} className="in-text">
                  {shortId(via)}
                </Link>
              </span>
            ) : null}
          </p>
          <QuarantineAct label="Quarantine…" source={{ kind, reference }} />
        </li>
      ))}
    </ul>
  </section>
);
