import { IconAlertTriangle, IconHistory } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { formatAgo, formatDate, formatDuration } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import rows from '../../components/rows.module.css';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { useServerNow } from '../../components/use-now.ts';
import { VisibleText } from '../../components/visible-text.tsx';
import { PrincipalChip } from '../../vocabulary/principal-chip.tsx';
import { shortId } from '../../vocabulary/short-id.ts';
import { AuditFilterBar } from './audit-filters.tsx';
import { entriesOptions, isFiltered, sealOptions, type AuditEntry, type AuditSeal } from './audit-data.ts';
import styles from './audit.module.css';
import { RetentionPanel } from './retention-panel.tsx';
import { Verification } from './verification.tsx';

/** Younger entries are sealed at their next turn. */
const waitsMs = 5_000;

const dayAndClock = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

const SealFacts = ({ seal }: { seal: AuditSeal }) => {
  const nowMs = useServerNow();
  return (
    <>
      {seal.trouble === null ? null : (
        <Notice tone="red" icon={<IconAlertTriangle size={16} />} isUrgent>
          <VisibleText text={seal.trouble} />
        </Notice>
      )}
      <Facts className={styles['facts']}>
        <Fact label="Sealed" value={`${seal.size.toLocaleString('en')} entries`}>
          {seal.sealedAt === null
            ? 'Nothing yet'
            : `last seal ${formatAgo(nowMs - Date.parse(seal.sealedAt))}`}
        </Fact>
        <Fact label="Waits for a seal" value={seal.lagMs < waitsMs ? 'Nothing' : formatDuration(seal.lagMs)}>
          {seal.sealedTo === null ? null : (
            <>
              sealed to seq <code>{seal.sealedTo}</code>
            </>
          )}
        </Fact>
        <Fact
          label="Root of the tree"
          value={<code>{seal.root?.slice(0, 16) ?? '–'}</code>}
          whole={seal.root ?? undefined}
        >
          SHA-256, RFC 6962
        </Fact>
        <Fact label="Signed with" value={<code>{seal.keyId}</code>}>
          <a className="in-text" href="/audit/public-key" download="audit.pub">
            Ed25519, the public key
          </a>
        </Fact>
      </Facts>
    </>
  );
};

const Entry = ({ entry, publicKey }: { entry: AuditEntry; publicKey: string | undefined }) => {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <details className={styles['entry']} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <time dateTime={entry.at} title={formatDate(entry.at)}>
            {dayAndClock.format(new Date(entry.at))}
          </time>
          <code>{entry.type}</code>
          <span className={styles['summary']}>
            <VisibleText text={entry.summary} />
          </span>
          <span className={styles['who']}>
            {entry.actor ? (
              <PrincipalChip principal={entry.actor} />
            ) : (
              <span className="muted">Countersign</span>
            )}
          </span>
        </summary>
        {isOpen ? (
          <div className={rows['whole']}>
            <p className="muted">
              {formatDate(entry.at)} · seq <code>{entry.seq}</code>
              {entry.taskId === null ? null : (
                <>
                  {' · '}
                  <Link to="/tasks/$id" params={{ id: entry.taskId }} className="in-text">
                    task <code>{shortId(entry.taskId)}</code>
                  </Link>
                </>
              )}
              {' · digest '}
              <code title={entry.digest}>{entry.digest.slice(0, 16)}</code>
            </p>
            <JsonView value={entry.data} label="What belongs to it" />
            {publicKey === undefined ? null : <Verification entry={entry} publicKey={publicKey} />}
          </div>
        ) : null}
      </details>
    </li>
  );
};

const hasNewer = (seal: AuditSeal | undefined, [newest]: readonly AuditEntry[]): boolean =>
  seal !== undefined && newest !== undefined && BigInt(seal.sealedTo ?? 0) > BigInt(newest.seq);

/** The record as it grows: who did what, how far it is sealed, and a way to check both here. */
export const AuditScreen = () => {
  const filters = useSearch({ from: '/shell/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const sealed = useQuery(sealOptions());
  const log = useInfiniteQuery({ ...entriesOptions(filters), placeholderData: keepPreviousData });
  const entries = log.data?.pages.flatMap(({ auditEntries }) => auditEntries.nodes) ?? [];
  return (
    <Page
      title="Audit log"
      width={1200}
      about="Every event as evidence: sealed each second into a signed tree, so that whoever changes, removes or adds one is found."
    >
      <Panel
        title="The seal"
        aside={
          sealed.data?.viewer.canOperate ? (
            <a className="in-text" href="/audit/export" download>
              Export the record
            </a>
          ) : null
        }
      >
        {sealed.data ? (
          <SealFacts seal={sealed.data.auditSeal} />
        ) : sealed.error ? (
          <ErrorPanel
            title="The seal could not be loaded."
            error={sealed.error}
            onRetry={() => void sealed.refetch()}
          />
        ) : (
          <SkeletonRows count={1} height={64} />
        )}
      </Panel>
      {sealed.data?.viewer.canOperate ? <RetentionPanel /> : null}
      <Panel
        title="Entries"
        isFlush
        aside={
          <Button size="small" isBusy={log.isRefetching} onClick={() => void log.refetch()}>
            {!isFiltered(filters) && hasNewer(sealed.data?.auditSeal, entries)
              ? 'Show newer entries'
              : 'Refresh'}
          </Button>
        }
      >
        <AuditFilterBar
          filters={filters}
          people={sealed.data?.principals.nodes ?? []}
          onChange={(search) => void navigate({ search, replace: true })}
        />
        {log.error ? (
          <ErrorPanel
            title="The entries could not be loaded."
            error={log.error}
            onRetry={() => void log.refetch()}
          />
        ) : !log.data ? (
          <SkeletonRows count={8} height={40} />
        ) : entries.length === 0 ? (
          <EmptyState icon={<IconHistory size={22} />} title="No entry is like that">
            Try other filters.
          </EmptyState>
        ) : (
          <ol className={rows['rows']} aria-label="Entries, the newest first">
            {entries.map((entry) => (
              <Entry key={entry.seq} entry={entry} publicKey={sealed.data?.auditSeal.publicKey} />
            ))}
          </ol>
        )}
        {log.hasNextPage ? (
          <div className={rows['more']}>
            <Button size="small" isBusy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
              Older entries
            </Button>
          </div>
        ) : null}
      </Panel>
    </Page>
  );
};
