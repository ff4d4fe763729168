import { IconServer } from '@tabler/icons-react';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { formatCount } from '../../components/count.ts';
import { Button } from '../../components/button.tsx';
import { formatDate } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Filters, FilterWords } from '../../components/filters.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { Notice } from '../../components/notice.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import rows from '../../components/rows.module.css';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { ImportsPanel } from './imports-panel.tsx';
import { assetsOptions, type Asset, type AssetSearch } from './inventory-data.ts';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import styles from './inventory.module.css';

const versionsOf = ({ versions }: Asset): string =>
  typeof versions === 'object' && versions !== null
    ? Object.entries(versions)
        .slice(0, 4)
        .flatMap(([component, version]) => (typeof version === 'string' ? `${component} ${version}` : []))
        .join(', ')
    : '';

/** What each column of a row is. */
const columns = ['Name', 'Kind', 'Where', 'Versions', 'Owner'] as const;

const AssetRow = ({ asset }: { asset: Asset }) => (
  <li>
    <details className={styles['row']}>
      <summary>
        <b className={styles['name']}>
          <VisibleText text={asset.name} />
        </b>
        <span>
          <VisibleText text={asset.kind} />
        </span>
        <span className="muted">
          {asset.environment ? <EnvironmentPill environment={asset.environment} /> : null}{' '}
          <VisibleText text={asset.region ?? ''} />
        </span>
        <span>
          <VisibleText text={versionsOf(asset)} />
        </span>
        <span className="muted">
          <VisibleText text={asset.owner ?? 'no owner'} />
        </span>
      </summary>
      <div className={rows['whole']}>
        <p className="muted">
          <VisibleText text={asset.externalId} /> of <VisibleText text={asset.source} />
          {asset.import
            ? `, imported ${formatDate(asset.import.at)} by ${asset.import.by?.name ?? 'Countersign'}${asset.import.trust === 'OUTSIDE' ? ', from outside' : ''}`
            : ''}
          . So since {formatDate(asset.since)}
          {asset.until === null ? '' : `, until ${formatDate(asset.until)}`}.
        </p>
        <JsonView
          label="What it is"
          value={{ versions: asset.versions, tags: asset.tags, dependencies: asset.dependencies }}
        />
      </div>
    </details>
  </li>
);

const narrowing = ['source', 'region', 'tag', 'version', 'names'] as const;

const AssetFilters = ({
  search,
  onChange,
}: {
  search: AssetSearch;
  onChange: (search: AssetSearch) => void;
}) => {
  const words = (key: 'search' | 'kind' | 'owner' | 'component', label: string) => (
    <FilterWords
      key={`${key} ${search[key] ?? ''}`}
      label={label}
      value={search[key] ?? ''}
      onChange={(value) => onChange({ ...search, [key]: value })}
    />
  );
  const more = narrowing.flatMap((key) => (search[key] === undefined ? [] : `${key} ${search[key]}`));
  return (
    <Filters>
      {words('search', 'Words')}
      {words('kind', 'Kind')}
      {words('owner', 'Owner')}
      {words('component', 'Component')}
      {more.length > 0 ? (
        <span className={styles['more-filters']}>
          <VisibleText text={more.join(', ').slice(0, 200)} />
        </span>
      ) : null}
      {Object.values(search).some((value) => value !== undefined) ? (
        <Button size="small" look="quiet" onClick={() => onChange({})}>
          Clear
        </Button>
      ) : null}
    </Filters>
  );
};

const NoAsset = ({ isNarrowed }: { isNarrowed: boolean }) => (
  <EmptyState icon={<IconServer size={22} />} title={isNarrowed ? 'No asset is like that' : 'No assets yet'}>
    {isNarrowed
      ? 'Try other filters, or clear them.'
      : 'Operators import a file of what you run and own, further down or by the API.'}
  </EmptyState>
);

/** What is run and owned, as its sources told: now, or as it was when somebody cited it. */
export const InventoryScreen = () => {
  const search = useSearch({ from: '/shell/inventory' });
  const navigate = useNavigate({ from: '/inventory' });
  const found = useInfiniteQuery({ ...assetsOptions(search), placeholderData: keepPreviousData });
  const assets = found.data?.pages.flatMap((page) => page.assets.nodes) ?? [];
  const total = found.data?.pages[0]?.assets.totalCount;
  return (
    <Page
      title="Inventory"
      width={1200}
      about="What you run and own, as its sources told. Agents look it up, and cite the rows that their plans rest on."
    >
      <p>
        <Link to="/inventory/catalogues" search={{ kind: 'VULNERABILITY' }} className="in-text">
          Catalogues
        </Link>{' '}
        ·{' '}
        <Link to="/tools" className="in-text">
          Tools that read it
        </Link>
      </p>
      {search.at === undefined ? null : (
        <Notice tone="violet" icon={<IconServer size={16} />}>
          As it was {formatDate(search.at)}.{' '}
          <Link to="/inventory" search={{ ...search, at: undefined }} className="in-text">
            As it is now
          </Link>
        </Notice>
      )}
      <Panel title="Assets" isFlush aside={total === undefined ? null : formatCount(total)}>
        <AssetFilters search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
        {found.error ? (
          <ErrorPanel
            title="The inventory could not be loaded."
            error={found.error}
            onRetry={() => void found.refetch()}
          />
        ) : !found.data ? (
          <SkeletonRows count={8} height={40} />
        ) : assets.length === 0 ? (
          <NoAsset isNarrowed={Object.values(search).some((value) => value !== undefined)} />
        ) : (
          <>
            <div className={styles['heads']} aria-hidden>
              {columns.map((column) => (
                <span key={column}>{column}</span>
              ))}
            </div>
            <ul className={rows['rows']} aria-label="Assets by name">
              {assets.map((asset) => (
                <AssetRow key={asset.id} asset={asset} />
              ))}
            </ul>
          </>
        )}
        {found.hasNextPage ? (
          <div className={rows['more']}>
            <Button size="small" isBusy={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              More assets
            </Button>
          </div>
        ) : null}
      </Panel>
      <ImportsPanel />
    </Page>
  );
};
