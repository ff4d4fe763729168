import { useQuery, useQueryClient } from '@tanstack/react-query';
import { formatDate } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Pill, type Tone } from '../../components/pill.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { WordedAct } from '../../components/worded-act.tsx';
import { DraftForm } from './draft-form.tsx';
import styles from './policies.module.css';
import { policiesOptions, rollbackPolicy, type PoliciesNow } from './policies-data.ts';
import { PolicyTester } from './policy-tester.tsx';
import { VersionItem } from './version-item.tsx';

type Rule = PoliciesNow['rules'][number];
const kinds: Readonly<Record<Rule['kind'], { readonly word: string; readonly tone: Tone }>> = {
  DENY: { word: 'denies', tone: 'red' },
  HARD: { word: 'always asks', tone: 'violet' },
  ASK: { word: 'asks', tone: 'amber' },
  HOLD: { word: 'holds', tone: 'grey' },
};

/** What decides, what could, and what did. */
export const PoliciesScreen = () => {
  const { data, error, refetch } = useQuery(policiesOptions());
  return (
    <Page
      title="Policies"
      width={960}
      about="The rules that every plan is held against, and the data that they read. A version is drafted, checked, run over the past, shadowed and published; one press goes back."
    >
      {error && !data ? (
        <ErrorPanel title="The policies could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <>
          <InForce now={data.policies} />
          {data.policies.viewerCanDraft ? (
            <Panel title="Change">
              <DraftForm key={data.policies.bundleHash} now={data.policies} />
            </Panel>
          ) : null}
          <Panel title="Versions" isFlush>
            {data.policyVersions.nodes.length === 0 ? (
              <p className={styles['version']}>Nobody has drafted one yet.</p>
            ) : (
              <ul className={styles['list']}>
                {data.policyVersions.nodes.map((version) => (
                  <VersionItem key={version.id} version={version} now={data.policies} />
                ))}
              </ul>
            )}
          </Panel>
          <Panel title="Test bench">
            <PolicyTester versions={data.policyVersions.nodes} />
          </Panel>
          <History now={data.policies} />
        </>
      ) : (
        <SkeletonRows count={6} height={56} />
      )}
    </Page>
  );
};

const InForce = ({ now }: { now: PoliciesNow }) => {
  const queryClient = useQueryClient();
  return (
    <Panel
      title="In force"
      aside={
        now.version && now.viewerCanPublish ? (
          <WordedAct
            key={now.bundleHash}
            label="Roll back…"
            title="Roll the policy back"
            verb="Roll back"
            isDanger
            wordsLabel="Why"
            act={(reason) => rollbackPolicy({ against: now.bundleHash, reason })}
            onAnswered={() => queryClient.invalidateQueries({ queryKey: policiesOptions().queryKey })}
          >
            <p>What decided before the last publication decides again, in every process, within seconds.</p>
          </WordedAct>
        ) : null
      }
    >
      <div className={styles['stack']}>
        {now.engine === 'OPA_SERVER' ? (
          <p>
            An OPA server decides, <VisibleText text={now.serverHost ?? ''} />
            {now.revision ? `, with ${now.revision}` : ''}. Its rules and data are published there.
          </p>
        ) : now.version ? (
          <p>
            Version {now.version.number}: <VisibleText text={now.version.note} />
          </p>
        ) : (
          <p>The installation’s own files: nothing was published over them.</p>
        )}
        <p className="muted mono">{now.bundleHash.slice(0, 16)}</p>
        <ul className={styles['list']}>
          {now.rules.map(({ rule, kind, description }) => (
            <li key={rule} className={styles['rule']}>
              <Pill tone={kinds[kind].tone}>{kinds[kind].word}</Pill>
              <span>
                <VisibleText text={description} />{' '}
                <span className="muted mono">
                  <VisibleText text={rule} />
                </span>
              </span>
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
};

const History = ({ now: { publications } }: { now: PoliciesNow }) =>
  publications.length === 0 ? null : (
    <Panel title="History">
      <ul className={styles['list']}>
        {publications.map(({ id, kind, reason, flips, decisions, at, by }) => (
          <li key={id}>
            <time dateTime={at}>{formatDate(at)}</time> {by.map(({ name }) => name).join(' and ')}{' '}
            {kind === 'PUBLISHED' ? `published it, ${flips} of ${decisions} flipped` : 'rolled back'}:{' '}
            <VisibleText text={reason} />
          </li>
        ))}
      </ul>
    </Panel>
  );
