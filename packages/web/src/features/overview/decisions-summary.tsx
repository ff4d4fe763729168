import { formatDuration } from '../../components/duration.ts';
import styles from './decisions-summary.module.css';
import type { Metrics } from './overview-data.ts';

/** How people decided in this window. */
export const DecisionsSummary = ({ approvals }: Pick<Metrics, 'approvals'>) => (
  <dl className={styles['facts']}>
    <div>
      <dt>Median time to decide</dt>
      <dd>
        {approvals.medianTimeToDecideMs === null ? '–' : formatDuration(approvals.medianTimeToDecideMs)}
      </dd>
    </div>
    <div>
      <dt>Approved</dt>
      <dd>{approvals.approved.toLocaleString('en')}</dd>
    </div>
    <div>
      <dt>Rejected</dt>
      <dd>{approvals.rejected.toLocaleString('en')}</dd>
    </div>
    <div>
      <dt>Expired</dt>
      <dd data-some={approvals.expired > 0 || undefined}>{approvals.expired.toLocaleString('en')}</dd>
    </div>
  </dl>
);
