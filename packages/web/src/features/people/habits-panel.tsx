import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { formatDuration } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Panel } from '../../components/panel.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';
import entries from '../../components/entries.module.css';
import styles from './people.module.css';

const ApproverHabits = graphql(`
  query ApproverHabits {
    approverHabits {
      approvals
      rejections
      medianMs
      hastyShare
      unviewedShare
      decoysCaught
      decoysApproved
      decoyMedianMs
      isSign
      person {
        id
        name
      }
    }
  }
`);

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** How people decide: for whoever administers, so that approving does not become a habit. */
export const HabitsPanel = () => {
  const { data, error, refetch } = useQuery(
    documentOptions(ApproverHabits, {}, { refetchOn: ['approval.resolved', 'decoy.ended'] }),
  );
  return (
    <Panel title="How people decide" isFlush>
      {error && !data ? (
        <ErrorPanel
          title="How people decide could not be loaded."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : data === undefined ? (
        <SkeletonRows count={2} height={56} />
      ) : data.approverHabits.length === 0 ? (
        <p className={entries['nothing']}>Nobody decided anything in the last 30 days.</p>
      ) : (
        <ul className={entries['list']} aria-label="How people decide">
          {data.approverHabits.map((each) => (
            <li key={each.person?.id ?? 'somebody'}>
              <div className={entries['who']}>
                <p className={entries['name']}>
                  <VisibleText text={each.person?.name ?? 'Somebody'} />
                  {each.isSign ? (
                    <span className={styles['complaint']}>
                      <IconAlertTriangle size={14} aria-hidden /> approves without looking, it seems
                    </span>
                  ) : null}
                </p>
                <p className={entries['facts']}>
                  {each.approvals} approved, {each.rejections} rejected in 30 days; median{' '}
                  {formatDuration(each.medianMs)}; {percent(each.hastyShare)} of approvals within 2 s
                  {each.unviewedShare === null
                    ? ''
                    : `; ${percent(each.unviewedShare)} without the change on screen to its end`}
                </p>
                {each.decoyMedianMs === null ? null : (
                  <p className={entries['facts']}>
                    Decoys: {each.decoysCaught} caught, {each.decoysApproved} approved; median{' '}
                    {formatDuration(each.decoyMedianMs)}
                  </p>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
};
