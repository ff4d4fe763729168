import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button } from '../../components/button.tsx';
import { formatCount } from '../../components/count.ts';
import { formatDate } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FilterChoice, Filters, FilterWords } from '../../components/filters.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import rows from '../../components/rows.module.css';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { catalogueKinds } from './catalogue-kinds.ts';
import { dataSetWords, entriesOptions, type CatalogueEntry } from './inventory-data.ts';
import styles from './inventory.module.css';

const EntryRow = ({ entry }: { entry: CatalogueEntry }) => (
  <li>
    <details className={styles['row']}>
      <summary>
        <b className={styles['name']}>
          <VisibleText text={entry.externalId} />
        </b>
        <span>
          <VisibleText text={entry.name === entry.externalId ? '' : entry.name} />
        </span>
        <span className="muted">{entry.at === null ? '' : formatDate(entry.at)}</span>
        <span className="muted">
          {entry.import ? (
            <>
              <VisibleText text={entry.import.source} />, {formatDate(entry.import.at)}
            </>
          ) : null}
        </span>
      </summary>
      <div className={rows['whole']}>
        <JsonView label="What it says" value={entry.data} />
      </div>
    </details>
  </li>
);

/** Entries of imported catalogues; of one import, where a citation names it. */
export const CataloguesScreen = () => {
  const {
    kind = 'VULNERABILITY',
    import: importId,
    search,
  } = useSearch({ from: '/shell/inventory/catalogues' });
  const navigate = useNavigate({ from: '/inventory/catalogues' });
  const found = useInfiniteQuery({
    ...entriesOptions(kind, importId, search),
    placeholderData: keepPreviousData,
  });
  const entries = found.data?.pages.flatMap((page) => page.catalogueEntries.nodes) ?? [];
  const total = found.data?.pages[0]?.catalogueEntries.totalCount;
  return (
    <Page
      title="Catalogues"
      width={1200}
      about="What was imported from files for agents’ tools to read: vulnerabilities, controls, billing, logs, images, APIs, plans."
    >
      <p>
        <Link to="/inventory" className="in-text">
          Inventory
        </Link>
        {importId === undefined ? null : (
          <>
            {' · '}
            <Link to="/inventory/catalogues" search={{ kind, search }} className="in-text">
              The newest import of each source
            </Link>
          </>
        )}
      </p>
      <Panel title={dataSetWords[kind]} isFlush aside={total === undefined ? null : formatCount(total)}>
        <Filters>
          <FilterChoice
            label="Catalogue"
            value={kind}
            options={catalogueKinds.map((one) => ({ id: one, name: dataSetWords[one] }))}
            onChange={(value) => void navigate({ search: { kind: value }, replace: true })}
          />
          <FilterWords
            key={search ?? ''}
            label="Words"
            value={search ?? ''}
            onChange={(value) =>
              void navigate({ search: { kind, import: importId, search: value }, replace: true })
            }
          />
        </Filters>
        {found.error ? (
          <ErrorPanel
            title="The entries could not be loaded."
            error={found.error}
            onRetry={() => void found.refetch()}
          />
        ) : !found.data ? (
          <SkeletonRows count={8} height={40} />
        ) : entries.length === 0 ? (
          <EmptyState title="No entry is like that">
            Import a file on the inventory&rsquo;s page, or try other words.
          </EmptyState>
        ) : (
          <ul className={rows['rows']} aria-label="Entries">
            {entries.map((entry) => (
              <EntryRow key={entry.id} entry={entry} />
            ))}
          </ul>
        )}
        {found.hasNextPage ? (
          <div className={rows['more']}>
            <Button size="small" isBusy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              More entries
            </Button>
          </div>
        ) : null}
      </Panel>
    </Page>
  );
};
