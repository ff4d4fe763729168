import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatDate } from '../../components/duration.ts';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';
import rows from '../../components/rows.module.css';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { ImportAct } from './import-act.tsx';
import { dataSetWords, importsOptions, type DataImport } from './inventory-data.ts';
import styles from './inventory.module.css';

const ImportRow = ({ one }: { one: DataImport }) => (
  <li className={styles['import']}>
    <span>
      {one.dataSet === 'INVENTORY' ? (
        'Assets'
      ) : (
        <Link to="/inventory/catalogues" search={{ kind: one.dataSet, import: one.id }} className="in-text">
          {dataSetWords[one.dataSet]}
        </Link>
      )}{' '}
      from <VisibleText text={one.source} />
    </span>
    <span className="muted">
      {one.rows} {one.rows === 1 ? 'row' : 'rows'}: {one.added} new, {one.changed} changed, {one.retired}{' '}
      retired
      {one.trust === 'OUTSIDE' ? ' · from outside' : ''}
    </span>
    <span className="muted">
      <time dateTime={one.at}>{formatDate(one.at)}</time> by{' '}
      <VisibleText text={one.by?.name ?? 'Countersign'} />
    </span>
  </li>
);

/** What was taken in last, and the way to take in more. */
export const ImportsPanel = () => {
  const { data, error, refetch } = useQuery(importsOptions());
  return (
    <Panel title="Imports" isFlush aside={data?.viewer.canOperate ? <ImportAct /> : null}>
      {error && !data ? (
        <ErrorPanel title="The imports could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <SkeletonRows count={3} height={40} />
      ) : data.dataImports.nodes.length === 0 ? (
        <EmptyState title="Nothing was imported yet">
          Operators import assets and catalogues from files, here or by the API.
        </EmptyState>
      ) : (
        <ul className={rows['rows']} aria-label="Imports, the newest first">
          {data.dataImports.nodes.map((one) => (
            <ImportRow key={one.id} one={one} />
          ))}
        </ul>
      )}
    </Panel>
  );
};
