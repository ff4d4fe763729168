import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ResultOf } from 'gql.tada';
import { formatDate } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { Notice } from '../../components/notice.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import { shortId } from '../../vocabulary/short-id.ts';
import disclosure from '../../components/disclosure.module.css';
import styles from './audit.module.css';

const RetentionOfRecord = graphql(`
  query RetentionOfRecord {
    retention {
      rules {
        kind
        keepMs
        lastRunAt
        removed
        dueSince
        error
      }
      archives
      archivedEntries
      archivedBytes
      archivedTo
      archivedAt
      holds {
        id
        taskId
        reason
        at
        releasedAt
        by {
          id
          type
          name
        }
      }
    }
  }
`);

type Retention = ResultOf<typeof RetentionOfRecord>['retention'];

const everyMinute = 60_000;
const dayMs = 86_400_000;
const kindWords: Readonly<Record<string, string>> = {
  AUDIT: 'The record, in the database',
  SESSIONS: 'Sessions, after their end',
  SIGN_IN_LINKS: 'Sign-in links, after their end',
  APPROVAL_LINKS: 'Approval links, after their end',
  MODEL_CALLS: 'Calls of language models',
  TOOL_RESULTS: 'What tools gave',
  IMPORTS: 'Imports that nothing comes from',
  TOOL_USES: "Counts of tools' calls",
};

const keptWords = (keepMs: number | null): string => {
  if (keepMs === null) return 'for ever';
  const days = keepMs / dayMs;
  return days === 1 ? '1 day' : `${Number(days.toFixed(2)).toLocaleString('en')} days`;
};

const sizeWords = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;

/** How long what is kept is kept, what of the record is in files, and what people hold. */
export const RetentionPanel = () => {
  const asked = useQuery({ ...documentOptions(RetentionOfRecord, {}), refetchInterval: everyMinute });
  return (
    <Panel title="How long it is kept">
      {asked.data ? (
        <RetentionFacts retention={asked.data.retention} />
      ) : asked.error ? (
        <ErrorPanel
          title="How long it is kept could not be loaded."
          error={asked.error}
          onRetry={() => void asked.refetch()}
        />
      ) : (
        <SkeletonRows count={1} height={64} />
      )}
    </Panel>
  );
};

const RetentionFacts = ({ retention }: { retention: Retention }) => {
  const { rules, archives, archivedEntries, archivedBytes, archivedTo, archivedAt, holds } = retention;
  const [record] = rules;
  const standing = holds.filter(({ releasedAt }) => releasedAt === null);
  const lastRunAt = record?.lastRunAt ?? null;
  return (
    <>
      {rules.map(({ kind, error }) =>
        error === null ? null : (
          <Notice key={kind} tone="red" icon={<IconAlertTriangle size={16} />} isUrgent>
            <VisibleText text={error} />
          </Notice>
        ),
      )}
      <Facts className={styles['facts']}>
        <Fact label="The record" value={keptWords(record?.keepMs ?? null)}>
          {record?.keepMs === null ? 'all of it is in the database' : 'then it moves to files'}
        </Fact>
        <Fact label="In files" value={`${archivedEntries.toLocaleString('en')} entries`}>
          {archivedTo === null
            ? 'Nothing yet'
            : `${archives.toLocaleString('en')} of ${sizeWords(archivedBytes)} together, up to seq ${archivedTo}`}
        </Fact>
        <Fact label="Last run" value={lastRunAt === null ? 'Not yet' : formatDate(lastRunAt)}>
          {archivedAt === null ? null : `last archive ${formatDate(archivedAt)}`}
        </Fact>
        <Fact label="Legal holds" value={standing.length === 0 ? 'None' : String(standing.length)}>
          {standing.length === 0 ? null : 'nothing they are on goes'}
        </Fact>
      </Facts>
      <details className={`${styles['rules'] ?? ''} ${disclosure['disclosure'] ?? ''}`}>
        <summary>What is kept for how long</summary>
        <dl>
          {rules.map(({ kind, keepMs, removed, dueSince }) => (
            <div key={kind}>
              <dt>{kindWords[kind] ?? kind}</dt>
              <dd>
                {keptWords(keepMs)}
                <span className="muted">
                  {removed > 0 ? `, ${removed.toLocaleString('en')} gone` : ''}
                  {dueSince === null ? '' : `, some due since ${formatDate(dueSince)}`}
                </span>
              </dd>
            </div>
          ))}
        </dl>
      </details>
      {standing.length === 0 ? null : (
        <ul className={styles['holds']} aria-label="Legal holds">
          {standing.map(({ id, taskId, reason, at, by }) => (
            <li key={id}>
              {taskId === null ? (
                'The whole tenant'
              ) : (
                <Link to="/tasks/$id" params={{ id: taskId }} className="in-text">
                  task <code>{shortId(taskId)}</code>
                </Link>
              )}
              {': '}
              <VisibleText text={reason} /> <span className="muted">since {formatDate(at)}</span>{' '}
              {by ? <PrincipalChip principal={by} /> : null}
            </li>
          ))}
        </ul>
      )}
    </>
  );
};
