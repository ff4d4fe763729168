import { expiresSoonMs } from '@countersign/shared';
import { Suspense } from 'react';
import { formatAgo, formatCountdown, formatDate } from '../../../components/duration.ts';
import { Fact, Facts } from '../../../components/facts.tsx';
import { lazyPart } from '../../../components/lazy-part.ts';
import { useOpener } from '../../../components/opener.ts';
import { useServerNow } from '../../../components/use-now.ts';
import { withVisibleMarks } from '../../../components/visible-marks.ts';
import { VisibleText } from '../../../components/visible-text.tsx';
import type { Plan } from '../../../graphql/plan-fragments.ts';
import { environmentWord } from '../../../vocabulary/environment-pill.tsx';
import { riskWords } from '../../../vocabulary/risk-mark.tsx';
import { rollbackWords } from '../../../vocabulary/undo-words.ts';
import type { ApprovalDetail } from '../approval-detail.ts';
import { blastRadius } from '../blast-radius.ts';
import styles from './fact-strip.module.css';
import { quorumWords } from '../quorum-words.ts';
import { outcomeWords, standingApprovers } from '../outcome-words.ts';

const Targets = lazyPart(() => import('./targets-popover.tsx').then((m) => m.TargetsPopover));

const Reach = ({ plan, environment }: { plan: Plan; environment: string }) => {
  const { words, targets } = blastRadius(plan);
  const { button, at } = useOpener('dialog');
  const names = targets.length === 0 ? [environment] : targets.map(({ name }) => name);
  return (
    <Fact
      label="Blast radius"
      value={
        targets.length === 0 ? (
          'No target'
        ) : (
          <>
            <button type="button" className={styles['reach']} title="Show all targets" {...button}>
              {words}
            </button>
            <Suspense fallback={null}>{at ? <Targets at={at} targets={targets} /> : null}</Suspense>
          </>
        )
      }
      whole={withVisibleMarks(names.join(', '))}
    >
      <VisibleText text={names.join(', ')} />
    </Fact>
  );
};

const Rollback = ({ plan }: { plan: Plan }) => {
  const [possible, words] = rollbackWords(plan.steps);
  return (
    <Fact
      label="Rollback"
      value={possible === 'None' ? <span className={styles['none']}>None</span> : possible}
      whole={words}
    >
      {words}
    </Fact>
  );
};

const Expires = ({ approval }: { approval: ApprovalDetail }) => {
  const nowMs = useServerNow();
  const leftMs = Date.parse(approval.expiresAt) - nowMs;
  const at = formatDate(approval.expiresAt);
  if (approval.status === 'EXPIRED') {
    return (
      <Fact label="Expires" value="Expired" whole={at}>
        {formatAgo(-leftMs)}
      </Fact>
    );
  }
  if (approval.status !== 'PENDING') {
    return (
      <Fact label="Expires" value={<span className={styles['quiet']}>–</span>}>
        no longer open
      </Fact>
    );
  }
  return (
    <Fact
      label="Expires"
      value={
        <time
          dateTime={approval.expiresAt}
          title={at}
          className={styles['clock']}
          data-urgent={leftMs < expiresSoonMs || undefined}
        >
          {leftMs <= 0 ? 'Expired' : formatCountdown(leftMs)}
        </time>
      }
    >
      then expires, nothing runs
    </Fact>
  );
};

const approvalsMore = (approval: ApprovalDetail): string => {
  const { status, given, revision, reviews, stages, viewerCanApprove } = approval;
  if (status === 'REJECTED') return outcomeWords(approval)?.replace('Rejected', 'rejected') ?? '';
  const names = standingApprovers(reviews);
  if (status === 'SUPERSEDED' && given > 0) return `cleared by rev ${revision + 1}`;
  const byGroup = status === 'PENDING' ? quorumWords(stages) : null;
  if (byGroup !== null) return byGroup;
  if (names.length > 0) return names.join(', ');
  if (status !== 'PENDING') return 'nobody approved';
  return viewerCanApprove ? 'you are first' : 'none yet';
};

const Approvals = ({ approval }: { approval: ApprovalDetail }) => (
  <Fact
    label="Approvals"
    value={`${approval.given} of ${approval.required}`}
    whole={withVisibleMarks(approvalsMore(approval))}
  >
    <VisibleText text={approvalsMore(approval)} />
  </Fact>
);

/** Five facts, always in the same places. */
export const FactStrip = ({ approval, plan }: { approval: ApprovalDetail; plan: Plan }) => (
  <Facts className={styles['strip']}>
    <Reach plan={plan} environment={environmentWord(approval.task.environment)} />
    <Fact label="Risk" value={riskWords[plan.risk]} whole={withVisibleMarks(plan.riskFactors.join('; '))}>
      {plan.riskFactors[0] ? <VisibleText text={plan.riskFactors[0]} isBreakable /> : 'nothing risky found'}
    </Fact>
    <Rollback plan={plan} />
    <Expires approval={approval} />
    <Approvals approval={approval} />
  </Facts>
);
