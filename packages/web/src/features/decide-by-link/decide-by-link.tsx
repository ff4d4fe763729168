import { Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { formatDate } from '../../components/duration.ts';
import { Mark } from '../../components/mark.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { PlanDiff } from '../../graphql/plan-fragments.ts';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import { lastingWords } from '../../vocabulary/undo-words.ts';
import { RiskMark } from '../../vocabulary/risk-mark.tsx';
import { GoalWords } from '../../vocabulary/goal-words.tsx';
import styles from './decide-by-link.module.css';
import { decideByLink, readLink, type LinkedRequest, type LinkedStep } from './link-requests.ts';

export interface DecideByLinkProps {
  readonly token: string;
  readonly renderDiff: (diff: PlanDiff, key: string) => ReactNode;
  readonly renderFindings: (findings: LinkedStep['findings']) => ReactNode;
}

const Step = ({
  step,
  renderDiff,
  renderFindings,
}: { step: LinkedStep } & Omit<DecideByLinkProps, 'token'>) => {
  const lasting = lastingWords(step);
  return (
    <section className={styles['step']} aria-label={step.name}>
      <h3>
        <VisibleText text={step.summary} />
      </h3>
      <p className="muted">
        <VisibleText text={step.targets.map(({ name }) => name).join(', ')} />
        {lasting === null ? '' : ` · ${lasting}`}
      </p>
      {renderFindings(step.findings)}
      {step.diffs.map((diff, index) => renderDiff(diff, `${step.name}-${index}`))}
    </section>
  );
};

const Foot = ({ token, request }: { token: string; request: LinkedRequest }) => {
  const [comment, setComment] = useState('');
  const deciding = useMutation({
    mutationFn: (decision: 'approve' | 'reject') => decideByLink(token, request, decision, comment),
    networkMode: 'always',
    retry: false,
  });
  if (deciding.data)
    return (
      <p role="status">
        {deciding.data.status === 'CANCELLED'
          ? (deciding.data.message ?? 'Cancelled. Nothing runs.')
          : deciding.data.status === 'REJECTED'
            ? 'Rejected. Nothing runs, and the requester reads why.'
            : deciding.data.status === 'APPROVED'
              ? 'Approved. It runs after the undo window; take it back in the console until then.'
              : 'Your approval is given. It waits for others.'}
      </p>
    );
  const canApprove = request.isWhole;
  return (
    <>
      <Textarea
        label="Why: needed to reject"
        autosize
        minRows={2}
        value={comment}
        onChange={({ currentTarget }) => setComment(currentTarget.value)}
      />
      <div className={styles['buttons']}>
        {canApprove ? (
          <Button
            look="primary"
            size="large"
            isBusy={deciding.isPending && deciding.variables === 'approve'}
            aria-disabled={deciding.isPending}
            onClick={() => deciding.mutate('approve')}
          >
            Approve rev {request.revision}
          </Button>
        ) : null}
        <Button
          size="large"
          isBusy={deciding.isPending && deciding.variables === 'reject'}
          aria-disabled={deciding.isPending}
          onClick={() => deciding.mutate('reject')}
        >
          Reject
        </Button>
      </div>
      {canApprove ? null : <p>It is too long to be shown here whole: read and approve it in the console.</p>}
      {deciding.error ? <p role="alert">{deciding.error.message}</p> : null}
    </>
  );
};

const Request = ({ request, token, ...slots }: DecideByLinkProps & { readonly request: LinkedRequest }) => (
  <>
    <h1>
      <VisibleText text={request.plan?.summary ?? request.goal} />
    </h1>
    <p className={styles['facts']}>
      <RiskMark risk={request.risk} withWord />
      <EnvironmentPill environment={request.environment} />
      <span>rev {request.revision}</span>
      <span>
        asked by <VisibleText text={request.requester ?? 'somebody who may not act any more'} />, for{' '}
        <VisibleText text={request.person} />
      </span>
      <span>this link decides once, until {formatDate(request.expiresAt)}</span>
    </p>
    {request.riskFactors.length > 0 ? (
      <p>
        <VisibleText text={request.riskFactors.join(' ')} />
      </p>
    ) : null}
    {request.outsideContent.length > 0 ? (
      <p>
        It rests on content from outside: <VisibleText text={request.outsideContent.join(', ')} />
      </p>
    ) : null}
    <div className={styles['says']}>
      <GoalWords goal={request.goal} justification={request.justification} />
    </div>
    {(request.plan?.steps ?? []).map((step) => (
      <Step key={step.name} step={step} {...slots} />
    ))}
    <footer className={styles['foot']} aria-label="Decision">
      <Foot token={token} request={request} />
    </footer>
  </>
);

/** One request for whoever follows its link; opening it decides nothing. */
export const DecideByLink = ({ token, ...slots }: DecideByLinkProps) => {
  const { data, error, isPending } = useQuery({
    queryKey: ['ApprovalLink', token] as const,
    queryFn: () => readLink(token),
    retry: false,
    staleTime: Infinity,
  });
  return (
    <main className={styles['page']}>
      <Mark size={28} />
      {data ? (
        <Request request={data} token={token} {...slots} />
      ) : isPending ? (
        <p role="status">The link is being read.</p>
      ) : (
        <>
          <h1>This link opens nothing any more</h1>
          <p role="alert">{error.message}</p>
          <p>
            <a href="/approvals">Go to the console</a>
          </p>
        </>
      )}
    </main>
  );
};
