import { useId } from 'react';
import { linePath } from './line-path.ts';
import styles from './sparkline.module.css';

const width = 240;
const height = 30;

/** One value lost between others does not break a line this small. */
const bridged = (values: readonly (number | null)[]): (number | null)[] => {
  const last = values.findLastIndex((value) => value !== null);
  return values.map((value, index) =>
    index > last ? null : (value ?? values.slice(0, index).findLast((before) => before !== null) ?? null),
  );
};

/** The shape of a figure over time, without axes; the figure itself stands beside it. */
export const Sparkline = ({ values, tone }: { values: readonly (number | null)[]; tone: string }) => {
  const id = useId();
  const line = bridged(values);
  const path = linePath(line, width, height);
  const x = (index: number): string => ((index / Math.max(1, line.length - 1)) * width).toFixed(1);
  const first = line.findIndex((value) => value !== null);
  const last = line.findLastIndex((value) => value !== null);
  // One value has no shape: a dot somewhere in an empty box would say nothing.
  if (first === last) return <span className={styles['empty']} aria-hidden />;
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
      <path d={`${path}L${x(last)} ${height + 2}L${x(first)} ${height + 2}Z`} fill={`url(#${id})`} />
      <path
        d={path}
        fill="none"
        stroke={tone}
        strokeWidth={1.5}
        vectorEffect="non-scaling-stroke"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
};
