import { IconAlertTriangle } from '@tabler/icons-react';
import { VisibleText } from '../../../components/visible-text.tsx';
import type { ApprovalDetail } from '../approval-detail.ts';
import styles from './why-asked.module.css';

type Reason = ApprovalDetail['reasons'][number];

const Sentence = ({ reason: { rule, message } }: { reason: Reason }) => (
  <>
    <VisibleText text={message} /> <code className={styles['rule']}>{rule}</code>
  </>
);

/**
 * The rules that ask for a person, in their own deterministic words; quiet once nobody is asked any more. What
 * is said of this request alone comes first; what is said of every request like it is folded behind it.
 */
export const WhyAsked = ({ reasons, isOpen }: Pick<ApprovalDetail, 'reasons'> & { isOpen: boolean }) => {
  const asking = reasons.filter(({ outcome }) => outcome !== 'ALLOW');
  const own = asking.filter(({ isRoutine }) => !isRoutine);
  const routine = asking.filter(({ isRoutine }) => isRoutine);
  // Something has to be said in the open.
  const shown = own.length > 0 ? own : routine.slice(0, 1);
  const folded = own.length > 0 ? routine : routine.slice(1);
  if (shown.length === 0) return null;
  const label = isOpen ? 'Why you are asked' : 'Why a person was asked';
  return (
    <section className={styles['why']} aria-label={label} data-open={isOpen || undefined}>
      <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
      <div>
        {shown.map((reason, index) => (
          <p key={`${reason.rule} ${index}`}>
            {index === 0 ? <b>{label}: </b> : null}
            <Sentence reason={reason} />
          </p>
        ))}
        {folded.length > 0 ? (
          <details className={styles['routine']}>
            <summary>
              {folded.length === 1 ? 'One rule that asks' : `${folded.length} rules that ask`} of every
              request like this
            </summary>
            {folded.map((reason, index) => (
              <p key={`${reason.rule} ${index}`}>
                <Sentence reason={reason} />
              </p>
            ))}
          </details>
        ) : null}
      </div>
    </section>
  );
};
