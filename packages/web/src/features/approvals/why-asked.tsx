import { IconAlertTriangle } from '@tabler/icons-react';
import { VisibleText } from '../../components/visible-text.tsx';
import type { ApprovalDetail } from './approval-detail.ts';
import styles from './why-asked.module.css';

/** The rules that ask for a person, in their own deterministic words; quiet once nobody is asked any more. */
export const WhyAsked = ({ reasons, isOpen }: Pick<ApprovalDetail, 'reasons'> & { isOpen: boolean }) => {
  const asking = reasons.filter(({ outcome }) => outcome !== 'ALLOW');
  if (asking.length === 0) return null;
  const label = isOpen ? 'Why you are asked' : 'Why a person was asked';
  return (
    <section className={styles['why']} aria-label={label} data-open={isOpen || undefined}>
      <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
      <div>
        {asking.map(({ rule, message }, index) => (
          <p key={rule}>
            {index === 0 ? <b>{label}: </b> : null}
            <VisibleText text={message} /> <code className={styles['rule']}>{rule}</code>
          </p>
        ))}
      </div>
    </section>
  );
};
