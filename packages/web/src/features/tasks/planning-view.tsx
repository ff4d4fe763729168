import { IconCheck, IconCircleDashed, IconMinus, IconX, type Icon } from '@tabler/icons-react';
import disclosure from '../../components/disclosure.module.css';
import { formatClock, formatDate, formatDuration } from '../../components/duration.ts';
import { JsonView } from '../../components/json-view.tsx';
import { Panel } from '../../components/panel.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { AgentReport, Assumptions, CitationLink, plannerWords } from './agent-words.tsx';
import { citationOf, sourceOf } from './citation.ts';
import styles from './planning-view.module.css';
import type { TaskDetail } from './task-detail.ts';

/** What of a task says how its goal becomes a plan. */
export type PlannedTask = Pick<TaskDetail, 'agent' | 'planning' | 'stages' | 'status'>;
type Planning = NonNullable<TaskDetail['planning']>;
type Call = Planning['calls'][number];
type Stage = TaskDetail['stages'][number];

const stageWords: Readonly<Record<Stage['stage'], string>> = {
  SCHEMA: 'Form',
  POLICY: 'Policy',
  DRIFT_SAFETY: 'Drift',
  SCORE: 'Score',
  PEOPLE: 'People',
};

const stageLooks: Readonly<Record<Stage['status'], { icon: Icon; word: string }>> = {
  WAITING: { icon: IconCircleDashed, word: 'waits' },
  PASSED: { icon: IconCheck, word: 'passed' },
  FAILED: { icon: IconX, word: 'failed' },
  NOT_NEEDED: { icon: IconMinus, word: 'not needed' },
};

const Stages = ({ stages }: { stages: readonly Stage[] }) => (
  <ol className={styles['stages']} aria-label="What a plan passes before it runs">
    {stages.map(({ stage, status, message }) => {
      const { icon: StageIcon, word } = stageLooks[status];
      return (
        <li key={stage} data-status={status}>
          <p>
            <StageIcon size={14} stroke={2} aria-hidden />
            <b>{stageWords[stage]}</b> <span>{word}</span>
          </p>
          <p className="muted">
            <VisibleText text={message} />
          </p>
        </li>
      );
    })}
  </ol>
);

const CallRow = ({ call }: { call: Call }) => {
  const { tool, input, failure, durationMs, at } = call;
  const citation = citationOf(call.citation);
  const source = sourceOf(call.source);
  return (
    <li>
      <p>
        <code>{tool}</code>{' '}
        <span className="muted">
          <time dateTime={at}>{formatClock(at)}</time>, {formatDuration(durationMs)}
        </span>
      </p>
      <p>
        {citation ? (
          <CitationLink citation={citation} />
        ) : (
          <>
            {failure === null ? 'No answer.' : 'No answer: '}
            <VisibleText text={failure ?? ''} />
          </>
        )}
      </p>
      {source ? (
        <p className="muted">
          {source.isOutside ? 'From outside: ' : 'From '}
          <VisibleText text={source.name} />
          {source.asOf === null ? null : `, of ${formatDate(source.asOf)}`}
        </p>
      ) : null}
      <details className={disclosure['disclosure']}>
        <summary>What it was asked</summary>
        <JsonView label="Input" value={input} />
      </details>
    </li>
  );
};

const spentWords = ({ inputTokens, outputTokens, costMicros }: Planning): string | null => {
  if (inputTokens + outputTokens === 0) return null;
  const tokens = `${inputTokens.toLocaleString('en')} tokens in, ${outputTokens.toLocaleString('en')} out`;
  return costMicros === null ? tokens : `${tokens}, $${(costMicros / 1_000_000).toFixed(4)}`;
};

const Progress = ({ planning }: { planning: Planning }) => {
  const { agent, planner, spec, tries, calls, report, assumptions, startedAt, finishedAt } = planning;
  const spent = spentWords(planning);
  return (
    <>
      <p>
        <b>{agent}</b> by {plannerWords(planner)}: {spec.taskType.replaceAll('_', ' ')}
        {tries > 1 ? `, try ${tries}` : ''}.{' '}
        <span className="muted">
          {finishedAt === null
            ? `Since ${formatClock(startedAt)}.`
            : `Took ${formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}.`}{' '}
          {spent === null ? '' : `${spent}.`}
        </span>
      </p>
      {calls.length > 0 ? (
        <ol className={styles['calls']} aria-label="What it looked up">
          {calls.map((call, index) => (
            <CallRow key={index} call={call} />
          ))}
        </ol>
      ) : (
        <p className="muted">{finishedAt === null ? 'It looked nothing up yet.' : 'It looked nothing up.'}</p>
      )}
      <Assumptions assumptions={assumptions} />
      {report === null ? null : <AgentReport report={report} />}
    </>
  );
};

/** How a goal becomes a plan, as it goes on. */
export const PlanningView = ({ task: { agent, planning, stages, status } }: { task: PlannedTask }) => (
  <Panel
    title="Planning"
    aside={planning === null ? null : planning.finishedAt === null ? 'goes on' : 'ended'}
  >
    <div className={styles['planning']}>
      {planning ? (
        <Progress planning={planning} />
      ) : (
        <p className="muted">
          {status === 'PLANNING'
            ? `${agent ?? 'An agent'} takes it as soon as there is room.`
            : 'Nobody began to plan it.'}
        </p>
      )}
      <Stages stages={stages} />
    </div>
  </Panel>
);
