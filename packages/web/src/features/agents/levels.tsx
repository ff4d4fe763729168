import { Link } from '@tanstack/react-router';
import { formatDate } from '../../components/duration.ts';
import { Pill } from '../../components/pill.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { EnvironmentPill } from '../../vocabulary/environment-pill.tsx';
import styles from './agents.module.css';
import type { AutonomyLevel } from './agents-data.ts';
import { AutonomyAct } from './autonomy-act.tsx';
import { levelWords } from './level-words.ts';

interface Whose {
  readonly id: string;
  readonly name: string;
}

const Level = ({ autonomy, agent }: { autonomy: AutonomyLevel; agent: Whose | null }) => {
  const { environment, level, source, by, reason, at, asks, viewerCanSet } = autonomy;
  const isOwn = source === (agent ? 'AGENT' : 'TENANT');
  return (
    <li className={styles['level']}>
      <div className={styles['place']}>
        <EnvironmentPill environment={environment} />
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
      {asks.map((ask) => (
        <p key={ask.at}>
          <VisibleText text={ask.by} /> asks for{' '}
          {ask.level === null
            ? agent
              ? 'what holds for everybody'
              : 'what policy says'
            : `level ${ask.level}`}
          : <VisibleText text={ask.reason} />. A second person must say the same before{' '}
          <time dateTime={ask.endsAt}>{formatDate(ask.endsAt)}</time>.
        </p>
      ))}
    </li>
  );
};

/** How much somebody, or everybody, may do without a person. */
export const Levels = ({
  title,
  about,
  autonomy,
  agent,
  isLinked = false,
}: {
  title: string;
  about: string;
  autonomy: readonly AutonomyLevel[];
  agent: Whose | null;
  /** Whether its title leads to its page. */
  isLinked?: boolean;
}) => (
  <section className={styles['card']} aria-label={title}>
    <header>
      <h2>
        {agent && isLinked ? (
          <Link to="/agents/$id" params={{ id: agent.id }}>
            <VisibleText text={title} />
          </Link>
        ) : (
          <VisibleText text={title} />
        )}
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
