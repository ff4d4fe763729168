import {
  IconAlertOctagon,
  IconArrowBackUp,
  IconLockOpen,
  IconPlayerPause,
  IconPlayerPlay,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { formatClock } from '../../components/duration.ts';
import { Notice } from '../../components/notice.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { ActOutcome } from '../../graphql/act-of.ts';
import { RunAct } from './run-act.tsx';
import {
  pauseRun,
  releaseLocks,
  resumeRun,
  rollbackRun,
  rolloutTargets,
  runOptions,
  type Run,
} from './run-data.ts';
import styles from './runs.module.css';

/** Steps by name, each with its target where it is part of a rollout. */
const Names = ({ run, words, names }: { run: Run; words: string; names: readonly string[] }) => {
  const targets = rolloutTargets(run.phases, run.steps);
  return names.length === 0 ? null : (
    <div>
      <p>{words}</p>
      <ol className={styles['names']}>
        {names.map((name) => (
          <li key={name}>
            <VisibleText text={name} /> <VisibleText text={targets.get(name) ?? ''} />
          </li>
        ))}
      </ol>
    </div>
  );
};

const count = (many: number, one: string): string => `${many} ${one}${many === 1 ? '' : 's'}`;

/** What waits, and what goes on whatever is asked for. */
const underWay = ({ steps }: Run): { readonly running: number; readonly waiting: number } => ({
  running: steps.filter(({ state }) => state === 'RUNNING').length,
  waiting: steps.filter(({ state }) => state === 'READY' || state === 'BLOCKED').length,
});

const Pause = ({ taskId, run }: { taskId: string; run: Run }) => {
  const { running, waiting } = underWay(run);
  return (
    <RunAct
      size="medium"
      taskId={taskId}
      label="Pause…"
      title="Pause this run"
      verb="Pause"
      icon={<IconPlayerPause size={15} aria-hidden />}
      wordsLabel="Why"
      act={(reason) => pauseRun({ taskId, reason })}
    >
      <p>
        {count(waiting, 'step')} will not start until somebody resumes it, and{' '}
        {waiting === 1 ? 'its' : 'their'} clocks stand still.{' '}
        {running === 0
          ? 'Nothing is in flight.'
          : `${count(running, 'step')} in flight ${running === 1 ? 'finishes' : 'finish'} first.`}{' '}
        Approvals still expire.
      </p>
    </RunAct>
  );
};

const Resume = ({ taskId, run }: { taskId: string; run: Run }) => {
  const gate = run.pause?.cause === 'GATE' ? run.pause : null;
  const { waiting } = underWay(run);
  return (
    <RunAct
      size="medium"
      taskId={taskId}
      label={gate ? 'Override and resume…' : 'Resume…'}
      title={gate ? 'Override the gate and resume' : 'Resume this run'}
      verb={gate ? 'Override and resume' : 'Resume'}
      // Past a gate that said no goes nobody by the button that stands out.
      {...(gate ? {} : { look: 'primary' as const })}
      isDanger={gate !== null}
      icon={<IconPlayerPlay size={15} aria-hidden />}
      wordsLabel="Why"
      act={(reason) => resumeRun({ taskId, reason })}
    >
      {gate ? (
        <p>
          The gate said: “<VisibleText text={gate.reason} />
          ”. This once the run goes on nevertheless, and the record says that you let it. Every later gate
          looks as planned.
        </p>
      ) : null}
      <p>
        {waiting === 0
          ? 'No step is left to start: the run ends with it.'
          : `${count(waiting, 'step')} may start again. Policy and the approval are asked anew for each.`}
      </p>
    </RunAct>
  );
};

/** A stop holds one of its steps. */
const isStopped = ({ steps }: Run): boolean =>
  steps.some(({ hold }) => hold?.rule.startsWith('kill_switch.') === true);

const isHeldUndoing = (run: Run): boolean =>
  (run.viewerCanPause || run.viewerCanResume) &&
  run.rollback !== null &&
  run.finishedAt === null &&
  isStopped(run);

const UnderStop = () => (
  <p>
    <b>A kill switch stops this work, and to undo is to act.</b> The steps that undo are let past it;
    everything else stays stopped. The record says that you chose this.
  </p>
);

/** A rollback that began before the stop, and stands still because of it. */
const GoOnUnderStop = ({ taskId }: { taskId: string }) => (
  <RunAct
    size="medium"
    taskId={taskId}
    label="Go on under the stop…"
    title="Let this rollback go on although its work is stopped"
    verb="Go on under the stop"
    isDanger
    icon={<IconArrowBackUp size={15} aria-hidden />}
    wordsLabel="Why"
    act={(reason) => rollbackRun({ taskId, reason, underStop: true })}
  >
    <UnderStop />
    <p>It goes on within half a minute.</p>
  </RunAct>
);

const RollBack = ({ taskId, run }: { taskId: string; run: Run }) => {
  const { undoes = [], leaves = [], unknown = [] } = run.undoable ?? {};
  const [isToldOfStop, setToldOfStop] = useState(false);
  const underStop = isToldOfStop || isStopped(run);
  const act = async (reason: string): Promise<ActOutcome> => {
    const outcome = await rollbackRun({ taskId, reason, underStop });
    // Said before anybody chose it: the next press does.
    if (outcome.code === 'KILL_SWITCH_ENGAGED') setToldOfStop(true);
    return outcome;
  };
  return (
    <RunAct
      size="medium"
      taskId={taskId}
      label={underStop ? 'Roll back under the stop…' : 'Roll back…'}
      title={underStop ? 'Roll back this run although its work is stopped' : 'Roll back this run'}
      verb={underStop ? 'Roll back under the stop' : 'Roll back'}
      isDanger
      icon={<IconArrowBackUp size={15} aria-hidden />}
      wordsLabel="Why"
      act={act}
    >
      {underStop ? <UnderStop /> : null}
      <p>Nothing new starts, what is in flight finishes, and then what was done is undone, the last first.</p>
      <Names run={run} words={`It undoes ${count(undoes.length, 'step')}:`} names={undoes} />
      {undoes.length === 0 ? <p>There is nothing that it can undo.</p> : null}
      <Names run={run} words="It cannot undo these. Undo them by hand:" names={leaves} />
      <Names run={run} words="Nobody knows whether these were done. Look at the platform:" names={unknown} />
    </RunAct>
  );
};

const Release = ({ taskId, run }: { taskId: string; run: Run }) => (
  <RunAct
    size="medium"
    taskId={taskId}
    label="Release locks…"
    title="Let others change what this run keeps for itself"
    verb="Release"
    isDanger
    icon={<IconLockOpen size={15} aria-hidden />}
    wordsLabel="Why others may change it before anybody knows what this run did"
    act={(reason) => releaseLocks({ taskId, reason })}
  >
    <p>Nobody knows what this run did, so no other task changes these until it is settled:</p>
    <ol className={styles['names']}>
      {run.locks.map((name) => (
        <li key={name}>
          <code>
            <VisibleText text={name} />
          </code>
        </li>
      ))}
    </ol>
    <p>Where this run goes on later, it asks for all of them again.</p>
  </RunAct>
);

const PausedNotice = ({ pause }: { pause: NonNullable<Run['pause']> }) => (
  <Notice tone="amber" icon={<IconPlayerPause size={17} stroke={1.8} />}>
    <b>
      {pause.cause === 'GATE' ? 'Paused by a gate' : 'Paused'}
      {pause.by ? (
        <>
          {' by '}
          <VisibleText text={pause.by} />
        </>
      ) : null}{' '}
      since <time dateTime={pause.at}>{formatClock(pause.at)}</time>.
    </b>{' '}
    <VisibleText text={pause.reason} />
  </Notice>
);

const begunBy: Readonly<Record<NonNullable<Run['rollback']>['cause'], string>> = {
  PERSON: 'A person',
  GATE: 'A gate',
  TRANSACTION: 'A step that failed',
};

const RollbackNotice = ({ run, rollback }: { run: Run; rollback: NonNullable<Run['rollback']> }) => {
  const isOver = run.status === 'ROLLED_BACK';
  const hasFailed = run.status === 'NEEDS_ATTENTION';
  // Why a task failed is said of the task; a person's own reason is not.
  const isToldAbove = rollback.cause !== 'PERSON' && (isOver || hasFailed);
  const left = [...(run.undoable?.leaves ?? []), ...(hasFailed ? (run.undoable?.undoes ?? []) : [])];
  return (
    <Notice
      tone={hasFailed ? 'red' : 'amber'}
      isUrgent={hasFailed}
      icon={
        hasFailed ? <IconAlertOctagon size={19} stroke={1.8} /> : <IconArrowBackUp size={17} stroke={1.8} />
      }
    >
      <p>
        <b>{hasFailed ? 'The rollback did not finish.' : isOver ? 'Rolled back.' : 'Rolling back…'}</b>{' '}
        {rollback.by ? <VisibleText text={rollback.by} /> : begunBy[rollback.cause]} began it at{' '}
        <time dateTime={rollback.at}>{formatClock(rollback.at)}</time>
        {isToldAbove ? (
          '.'
        ) : (
          <>
            : <VisibleText text={rollback.reason} />
          </>
        )}
      </p>
      <Names
        run={run}
        words={hasFailed ? 'Not undone. Undo these by hand, and say so at each step:' : 'Not undone:'}
        names={left}
      />
      <Names run={run} words="Nobody knows whether these were done:" names={run.undoable?.unknown ?? []} />
    </Notice>
  );
};

/** How a run stands where that is not plain. */
export const RunStanding = ({ taskId }: { taskId: string }) => {
  const run = useQuery(runOptions(taskId)).data?.task?.run;
  return run ? (
    <>
      {run.pause && run.status === 'PAUSED' ? <PausedNotice pause={run.pause} /> : null}
      {run.rollback ? <RollbackNotice run={run} rollback={run.rollback} /> : null}
    </>
  ) : null;
};

/** What a person may do about a run. */
export const RunActs = ({ taskId }: { taskId: string }) => {
  const run = useQuery(runOptions(taskId)).data?.task?.run;
  return run ? (
    <>
      {run.viewerCanResume ? <Resume taskId={taskId} run={run} /> : null}
      {run.viewerCanPause ? <Pause taskId={taskId} run={run} /> : null}
      {run.viewerCanRollBack ? <RollBack taskId={taskId} run={run} /> : null}
      {isHeldUndoing(run) ? <GoOnUnderStop taskId={taskId} /> : null}
      {run.viewerCanReleaseLocks ? <Release taskId={taskId} run={run} /> : null}
    </>
  ) : null;
};
