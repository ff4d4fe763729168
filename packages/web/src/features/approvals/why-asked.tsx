import { IconAlertTriangle } from '@tabler/icons-react';
import { VisibleText } from '../../components/visible-text.tsx';
import type { ApprovalDetail } from './approval-detail.ts';
import styles from './why-asked.module.css';

/** The rules that ask for a person, in their own deterministic words. */
export const WhyAsked = ({ reasons }: Pick<ApprovalDetail, 'reasons'>) => {
  const asking = reasons.filter(({ outcome }) => outcome !== 'ALLOW');
  if (asking.length === 0) return null;
  return (
    <section className={styles['why']} aria-label="Why you are asked">
      <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
      <div>
        {asking.map(({ rule, message }, index) => (
          <p key={rule}>
            {index === 0 ? <b>Why you are asked: </b> : null}
            <VisibleText text={message} /> <code className={styles['rule']}>{rule}</code>
          </p>
        ))}
      </div>
    </section>
  );
};
