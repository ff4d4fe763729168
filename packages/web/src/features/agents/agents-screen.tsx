import { useQuery } from '@tanstack/react-query';
import { formatDate } from '../../components/duration.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Page } from '../../components/page.tsx';
import { Pill } from '../../components/pill.tsx';
import { SkeletonRows } from '../../components/skeleton.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import styles from './agents.module.css';
import { agentsOptions, type AutonomyLevel } from './agents-data.ts';
import { AutonomyAct } from './autonomy-act.tsx';
import { levelWords } from './level-words.ts';

interface Whose {
  readonly id: string;
  readonly name: string;
}

const Level = ({ autonomy, agent }: { autonomy: AutonomyLevel; agent: Whose | null }) => {
  const { environment, level, source, by, reason, at, viewerCanSet } = autonomy;
  const isOwn = source === (agent ? 'AGENT' : 'TENANT');
  return (
    <li className={styles['level']}>
      <div className={styles['place']}>
        <span>{environment.toLowerCase()}</span>
        <Pill tone={level === 0 ? 'violet' : 'green'} isOutlined={!isOwn}>
          Level {level}
        </Pill>
        {viewerCanSet ? <AutonomyAct key={level} autonomy={autonomy} agent={agent} /> : null}
      </div>
      <p>{levelWords(level)}</p>
      <p className="muted">
        {isOwn && by && at ? (
          <>
            {by}, <time dateTime={at}>{formatDate(at)}</time>: <VisibleText text={reason ?? ''} />
          </>
        ) : source === 'POLICY' ? (
          'As policy says.'
        ) : (
          'As set for everybody.'
        )}
      </p>
    </li>
  );
};

const Levels = ({
  title,
  about,
  autonomy,
  agent,
}: {
  title: string;
  about: string;
  autonomy: readonly AutonomyLevel[];
  agent: Whose | null;
}) => (
  <section className={styles['card']} aria-label={title}>
    <header>
      <h2>
        <VisibleText text={title} />
      </h2>
      <span className="muted">{about}</span>
    </header>
    <ul className={styles['levels']}>
      {autonomy.map((level) => (
        <Level key={level.environment} autonomy={level} agent={agent} />
      ))}
    </ul>
  </section>
);

/** How much runs without a person: for everybody, and for each agent. */
export const AgentsScreen = () => {
  const { data, error, refetch } = useQuery(agentsOptions());
  const canSet = data?.autonomy.every(({ viewerCanSet }) => viewerCanSet) ?? true;
  return (
    <Page
      title="Agents"
      width={1100}
      about="How much each may do without a person, by environment. Rules of policy that ask for people ask whatever the level is."
    >
      {canSet ? null : <p className="muted">Only an administrator can set a level.</p>}
      {error && !data ? (
        <ErrorPanel title="The agents could not be loaded." error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <div className={styles['cards']}>
          <Levels
            title="Everybody"
            about="who has no level of their own"
            autonomy={data.autonomy}
            agent={null}
          />
          {data.agents.map(({ principal, autonomy }) => (
            <Levels
              key={principal.id}
              title={principal.name}
              about={principal.type.toLowerCase()}
              autonomy={autonomy}
              agent={principal}
            />
          ))}
        </div>
      ) : (
        <SkeletonRows count={3} height={150} />
      )}
    </Page>
  );
};
