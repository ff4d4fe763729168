import { useId } from 'react';
import { linePath } from './line-path.ts';
import styles from './sparkline.module.css';

const width = 240;
const height = 30;

/** The shape of a figure over time, without axes; the figure itself stands beside it. */
export const Sparkline = ({ values, tone }: { values: readonly (number | null)[]; tone: string }) => {
  const id = useId();
  // One value lost does not break a line this small.
  const filled = values.map(
    (value, index) => value ?? values.slice(0, index).findLast((before) => before !== null) ?? null,
  );
  const line = linePath(filled, width, height);
  if (line === '') return <span className={styles['empty']} aria-hidden />;
  const first = filled.findIndex((value) => value !== null);
  const startX = ((first / (filled.length - 1)) * width).toFixed(1);
  return (
    <svg
      className={styles['spark']}
      viewBox={`0 -2 ${width} ${height + 4}`}
      preserveAspectRatio="none"
      aria-hidden
    >
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor={tone} stopOpacity="0.28" />
          <stop offset="1" stopColor={tone} stopOpacity="0.02" />
        </linearGradient>
      </defs>
      <path d={`${line}L${width} ${height + 2}L${startX} ${height + 2}Z`} fill={`url(#${id})`} />
      <path
        d={line}
        fill="none"
        stroke={tone}
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  );
};
