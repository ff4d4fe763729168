import type { ResultOf } from 'gql.tada';
import { Link } from '@tanstack/react-router';
import disclosure from '../../components/disclosure.module.css';
import { VisibleText } from '../../components/visible-text.tsx';
import type { PlanningWords } from '../../graphql/fragments.ts';
import styles from './agent-words.module.css';
import { citationOf, sourceOf, type Citation } from './citation.ts';

/** How an agent explains the plan that it proposed. */
export type Words = ResultOf<typeof PlanningWords>;

export const plannerWords = (planner: string): string =>
  planner === 'scripted' ? 'the scripted planner; no model is asked' : planner;

export const CitationLink = ({ citation: { text, rows } }: { citation: Citation }) =>
  rows === null ? (
    <VisibleText text={text} />
  ) : (
    <Link to={rows.to} search={rows.search} className="in-text">
      <VisibleText text={text} />
    </Link>
  );

export const AgentReport = ({ report }: { report: string }) => (
  <details className={disclosure['disclosure']}>
    <summary>What it says of its plan</summary>
    <pre className={styles['report']} tabIndex={0} aria-label="What it says of its plan">
      <VisibleText text={report} />
    </pre>
  </details>
);

export const Assumptions = ({ assumptions }: { assumptions: readonly string[] }) =>
  assumptions.length === 0 ? null : (
    <div>
      <h3>What it took for granted</h3>
      <ul>
        {assumptions.map((each, index) => (
          <li key={index}>
            <VisibleText text={each} />
          </li>
        ))}
      </ul>
    </div>
  );

const LookedUp = ({ calls }: { calls: Words['calls'] }) => {
  const cited = calls.flatMap((call, index) => {
    const citation = citationOf(call.citation);
    return citation ? [{ index, citation, isOutside: sourceOf(call.source)?.isOutside !== false }] : [];
  });
  if (cited.length === 0) return <p className="muted">It looked nothing up.</p>;
  return (
    <div>
      <h3>What it looked up</h3>
      <ul>
        {cited.map(({ index, citation, isOutside }) => (
          <li key={index}>
            <CitationLink citation={citation} />
            {isOutside ? <span className="muted"> (outsiders could have written it)</span> : null}
          </li>
        ))}
      </ul>
    </div>
  );
};

/** Why a plan is as it is, in the words of the agent that proposed it: apart from ours, and said to be its own. */
export const AgentWords = ({ words, isChanged }: { words: Words; isChanged: boolean }) => {
  const { agent, planner, summary, report, assumptions, calls } = words;
  return (
    <section className={styles['words']} aria-label="What the agent says">
      <p>
        <b>{agent}</b> says, by {plannerWords(planner)}.{' '}
        <span className="muted">
          These are its words, not Countersign&apos;s: nobody checked them. What will happen stands in the
          changes.{isChanged ? ' The plan was changed since it said this.' : ''}
        </span>
      </p>
      {summary === null ? null : (
        <p>
          <VisibleText text={summary} />
        </p>
      )}
      <Assumptions assumptions={assumptions} />
      <LookedUp calls={calls} />
      {report === null ? null : <AgentReport report={report} />}
    </section>
  );
};
