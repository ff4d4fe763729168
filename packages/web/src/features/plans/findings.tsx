import { risks } from '@countersign/shared';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { VisibleText } from '../../components/visible-text.tsx';
import type { Plan, PlanStep } from '../../graphql/plan-fragments.ts';
import { riskWords } from '../../vocabulary/risk-mark.tsx';
import styles from './findings.module.css';

/** Of all steps, what nobody may miss: HIGH and above. */
export const weightyFindings = ({ steps }: Plan): PlanStep['findings'] =>
  steps
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => risks.indexOf(severity) >= risks.indexOf('HIGH'));

/** What planning noticed, the weightiest first. */
export const Findings = ({ findings }: Pick<PlanStep, 'findings'>) => {
  if (findings.length === 0) return null;
  const ordered = findings.toSorted((a, b) => risks.indexOf(b.severity) - risks.indexOf(a.severity));
  return (
    <ul className={styles['findings']} aria-label="Findings">
      {ordered.map(({ severity, message }, index) => (
        <li key={index} data-severity={severity}>
          {severity === 'LOW' ? (
            <IconInfoCircle size={16} stroke={1.8} aria-hidden />
          ) : (
            <IconAlertTriangle size={16} stroke={1.8} aria-hidden />
          )}
          <span className="visually-hidden">{riskWords[severity]}: </span>
          <span>
            <VisibleText text={message} isBreakable />
          </span>
        </li>
      ))}
    </ul>
  );
};
