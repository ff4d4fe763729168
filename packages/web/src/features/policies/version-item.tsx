import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from '../../components/button.tsx';
import { formatDate } from '../../components/duration.ts';
import { Pill, type Tone } from '../../components/pill.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { WordedAct } from '../../components/worded-act.tsx';
import type { ActOutcome } from '../../graphql/act-of.ts';
import { asRequestFailure } from '../../graphql/request-error.ts';
import styles from './policies.module.css';
import {
  cancelSimulation,
  discardPolicy,
  policiesOptions,
  publishPolicy,
  shadowPolicy,
  simulationsOptions,
  startSimulation,
  type PoliciesNow,
  type Version,
} from './policies-data.ts';
import { SimulationView } from './simulation-view.tsx';

const tones: Readonly<Record<Version['status'], Tone>> = {
  DRAFT: 'blue',
  FAULTY: 'red',
  SHADOW: 'violet',
  ACTIVE: 'green',
  RETIRED: 'grey',
  DISCARDED: 'grey',
};

/** What publishing it would change of the data in force. */
const Changes = ({ changes }: Pick<Version, 'changes'>) =>
  changes.length === 0 ? (
    <p className="muted">Its data is what is in force.</p>
  ) : (
    <div>
      {changes.map(({ path, before, after }) => (
        <div key={path} className={styles['change']}>
          <VisibleText text={path.replace(/^settings\./, '')} />
          <del>{before === null ? 'nothing' : <VisibleText text={before} />}</del>
          <ins>{after === null ? 'nothing' : <VisibleText text={after} />}</ins>
        </div>
      ))}
    </div>
  );

/** A version over the past: the newest run, how far it is, and what it found. */
const Simulations = ({ version, isActive }: { version: Version; isActive: boolean }) => {
  const options = simulationsOptions(version.id);
  const { data } = useQuery({
    ...options,
    refetchInterval: ({ state }) => (state.data?.policySimulations[0]?.state === 'RUNNING' ? 500 : false),
  });
  const newest = data?.policySimulations[0];
  const isRunning = newest?.state === 'RUNNING';
  return (
    <>
      {newest ? (
        <section aria-label={`Version ${version.number} over recorded decisions`} className={styles['stack']}>
          {isRunning ? (
            <progress value={newest.seen} max={Math.max(1, newest.total)} aria-label="Decisions looked at" />
          ) : null}
          <SimulationView simulation={newest} />
        </section>
      ) : null}
      {isActive && isRunning ? (
        <Act label="Cancel" act={() => cancelSimulation({ id: newest.id ?? '' })} />
      ) : isActive ? (
        <Act label="Run over the past" act={() => startSimulation({ versionId: version.id })} />
      ) : null}
    </>
  );
};

/** A press that needs no words. */
const Act = ({ label, act }: { label: string; act: () => Promise<ActOutcome> }) => {
  const queryClient = useQueryClient();
  const doing = useMutation({
    mutationFn: act,
    retry: false,
    onSettled: () =>
      queryClient
        .invalidateQueries({ queryKey: ['PolicySimulations'] })
        .then(() => queryClient.invalidateQueries({ queryKey: policiesOptions().queryKey })),
  });
  const complaint = doing.data?.complaint ?? (doing.error ? asRequestFailure(doing.error).message : null);
  return (
    <>
      <Button size="small" isBusy={doing.isPending} onClick={() => doing.mutate()}>
        {label}
      </Button>
      {complaint ? <span role="alert">{complaint}</span> : null}
    </>
  );
};

/** A version: what it changes, what its check found, the past by it, and what can be done with it. */
export const VersionItem = ({ version, now }: { version: Version; now: PoliciesNow }) => {
  const queryClient = useQueryClient();
  const { id, number, status, asks, check, shadow } = version;
  const isOpen = status === 'DRAFT' || status === 'SHADOW' || status === 'RETIRED';
  const failed = check.filter(({ isPassed }) => !isPassed);
  return (
    <li className={styles['version']}>
      <div className={styles['row']}>
        <strong>Version {number}</strong>
        <Pill tone={tones[status]}>{status.toLowerCase()}</Pill>
        <span className="muted">
          {version.madeBy?.name}, <time dateTime={version.madeAt}>{formatDate(version.madeAt)}</time>
          {version.signedBy ? `, rules signed by ${version.signedBy}` : null}
        </span>
      </div>
      <p>
        <VisibleText text={version.note} />
      </p>
      {failed.length > 0 ? (
        <ul className={styles['list']}>
          {failed.map(({ check: kind, subject, message }) => (
            <li key={`${kind} ${subject ?? ''}`} role="alert">
              <VisibleText text={subject ? `${subject}: ${message}` : message} />
            </li>
          ))}
        </ul>
      ) : null}
      {isOpen ? <Changes changes={version.changes} /> : null}
      {asks.map(({ by, reason, at, endsAt }) => (
        <p key={at}>
          <VisibleText text={`${by} asks to publish it: ${reason}`} />. A second person must say the same
          before <time dateTime={endsAt}>{formatDate(endsAt)}</time>.
        </p>
      ))}
      {shadow ? (
        <section aria-label={`Version ${number} beside what decides`}>
          <h3>Beside what decides</h3>
          <SimulationView simulation={shadow} />
        </section>
      ) : null}
      {isOpen || status === 'ACTIVE' ? (
        <Simulations version={version} isActive={isOpen && now.viewerCanDraft} />
      ) : null}
      {isOpen && now.viewerCanDraft ? (
        <div className={styles['row']}>
          <Act
            label={status === 'SHADOW' ? 'End the shadow' : 'Shadow'}
            act={() => shadowPolicy({ versionId: id, isOn: status !== 'SHADOW' })}
          />
          {now.viewerCanPublish ? (
            <WordedAct
              label="Publish…"
              look="primary"
              title={`Publish version ${number}`}
              verb="Publish"
              wordsLabel="Why"
              act={(reason) => publishPolicy({ versionId: id, against: now.bundleHash, reason })}
              onAnswered={() => queryClient.invalidateQueries({ queryKey: policiesOptions().queryKey })}
            >
              <p>
                It decides from then on, in every process, within seconds. Where more than {now.flipBudget} of{' '}
                {now.flipWindow} recorded decisions come out otherwise, people would be asked for less in
                production, or more would run there without a person, a second person must say the same.
              </p>
            </WordedAct>
          ) : null}
          <Act label="Discard" act={() => discardPolicy({ versionId: id })} />
        </div>
      ) : null}
    </li>
  );
};
