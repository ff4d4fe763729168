import { IconBan, IconCircleCheck, IconUserQuestion, type Icon } from '@tabler/icons-react';
import { CopyButton } from '../../components/copy-button.tsx';
import { formatDate } from '../../components/duration.ts';
import { JsonView } from '../../components/json-view.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Decision } from '../../graphql/fragments.ts';
import styles from './decision-view.module.css';

const looks: Readonly<Record<Decision['outcome'], { icon: Icon; word: string }>> = {
  ALLOW: { icon: IconCircleCheck, word: 'Allowed' },
  REQUIRE_APPROVAL: { icon: IconUserQuestion, word: 'A person must approve' },
  DENY: { icon: IconBan, word: 'Denied' },
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
    <ul className={styles['reasons']}>
      {decision.reasons.map(({ rule, message, outcome }) => {
        const { icon: OutcomeIcon, word } = looks[outcome];
        return (
          <li key={rule} data-outcome={outcome}>
            <OutcomeIcon size={16} stroke={1.8} aria-hidden />
            <span>
              <span className="visually-hidden">{word}: </span>
              <VisibleText text={message} />
            </span>
            <code>{rule}</code>
          </li>
        );
      })}
    </ul>
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
