import type { Risk } from '@countersign/shared';
import styles from './risk-mark.module.css';

export const riskWords: Readonly<Record<Risk, string>> = {
  LOW: 'Low',
  MEDIUM: 'Medium',
  HIGH: 'High',
  CRITICAL: 'Critical',
};

const shapes: Readonly<Record<Risk, React.ReactNode>> = {
  LOW: <circle cx="8" cy="8" r="5.5" />,
  MEDIUM: <rect x="2.75" y="2.75" width="10.5" height="10.5" rx="1" />,
  HIGH: <path d="M8 2.2 14.4 13.4H1.6Z" strokeLinejoin="round" />,
  CRITICAL: <path d="M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4Z" strokeLinejoin="round" />,
};

/** A risk as a shape of its own colour. Without `withWord`, its word is there for screen readers. */
export const RiskMark = ({
  risk,
  size = 14,
  withWord = false,
}: {
  risk: Risk | null;
  size?: number;
  withWord?: boolean;
}) => {
  if (risk === null) return <span className={styles['none']}>–</span>;
  return (
    <span className={styles['risk']} data-risk={risk}>
      <svg
        className={styles['shape']}
        width={size}
        height={size}
        viewBox="0 0 16 16"
        strokeWidth="1.5"
        aria-hidden
      >
        {shapes[risk]}
      </svg>
      {withWord ? riskWords[risk] : <span className="visually-hidden">{riskWords[risk]} risk</span>}
    </span>
  );
};
