import {
  IconBan,
  IconCircleCheck,
  IconClockPause,
  IconMinus,
  IconUserQuestion,
  type Icon,
} from '@tabler/icons-react';
import { CopyButton } from '../../components/copy-button.tsx';
import { formatDate } from '../../components/duration.ts';
import { JsonView } from '../../components/json-view.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Decision } from '../../graphql/fragments.ts';
import { QualityView } from './quality-view.tsx';
import styles from './decision-view.module.css';

type Entry = Decision['trace'][number];

const looks: Readonly<Record<Entry['verdict'], { icon: Icon; word: string }>> = {
  ALLOW: { icon: IconCircleCheck, word: 'Allowed' },
  REQUIRE_APPROVAL: { icon: IconUserQuestion, word: 'A person must approve' },
  DENY: { icon: IconBan, word: 'Denied' },
  HOLD: { icon: IconClockPause, word: 'Not now' },
  SILENT: { icon: IconMinus, word: 'Nothing to say' },
};

const layerWords: Readonly<Record<Entry['layer'], string>> = {
  STOP: 'Stop',
  DENY: 'Denials',
  HARD: 'Always a person',
  RULE: 'Other rules',
  GRANT: 'Grant',
  AUTONOMY: 'Autonomy',
  SCORE: 'Score',
  REQUESTER: 'Requester',
};

const factsOf = (facts: unknown): string =>
  typeof facts === 'object' && facts !== null
    ? Object.entries(facts)
        .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
        .join(' · ')
    : '';

/** What one layer, or one rule of it, made of the plan. */
const TraceRow = ({ entry: { layer, rule, verdict, message, facts, answeredBy } }: { entry: Entry }) => {
  const { icon: VerdictIcon, word } = looks[verdict];
  const said = factsOf(facts);
  return (
    <li data-verdict={answeredBy ? 'ALLOW' : verdict}>
      <VerdictIcon size={16} stroke={1.8} aria-hidden />
      <span className={styles['layer']}>{layerWords[layer]}</span>
      <span className={styles['said']}>
        <span className="visually-hidden">{word}: </span>
        <VisibleText text={message} />
        {answeredBy ? <span className="muted"> Answered by the standing grant.</span> : null}
        {said === '' ? null : (
          <small className={styles['facts']}>
            <VisibleText text={said} />
          </small>
        )}
      </span>
      {rule ? <code>{rule}</code> : null}
    </li>
  );
};

const Hash = ({ label, value }: { label: string; value: string }) => (
  <div className={styles['hash']}>
    <dt>{label}</dt>
    <dd>
      <code>{value}</code>
      <CopyButton value={value} label={`Copy ${label.toLowerCase()}`} />
    </dd>
  </div>
);

/** What policy decided, by which rules, on which facts; enough to decide it again. */
export const DecisionView = ({ decision }: { decision: Decision }) => (
  <div className={styles['decision']}>
    <p className={styles['outcome']}>
      <b>{looks[decision.outcome].word}</b>
      <time className="muted" dateTime={decision.decidedAt}>
        decided {formatDate(decision.decidedAt)}
      </time>
    </p>
    {decision.quality ? <QualityView quality={decision.quality} /> : null}
    <ol className={styles['trace']} aria-label="How it was decided, in order of precedence">
      {decision.trace.map((entry, index) => (
        <TraceRow key={`${entry.layer} ${index}`} entry={entry} />
      ))}
    </ol>
    <dl className={styles['hashes']}>
      <Hash label="Bundle hash" value={decision.bundleHash} />
      <Hash label="Input hash" value={decision.inputHash} />
    </dl>
    <details className={styles['input']}>
      <summary>The facts it was decided on</summary>
      <JsonView value={decision.input} label="Policy input" />
    </details>
  </div>
);
