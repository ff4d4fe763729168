import type { ReactNode } from 'react';
import styles from './pill.module.css';

export type Tone = 'grey' | 'green' | 'amber' | 'orange' | 'red' | 'violet' | 'blue' | 'cyan' | 'magenta';

/** A small label. Colour never stands alone: there is always a word in it. */
export const Pill = ({
  tone = 'grey',
  isOutlined = false,
  children,
}: {
  tone?: Tone;
  isOutlined?: boolean;
  children: ReactNode;
}) => (
  <span className={styles['pill']} data-tone={tone} data-outlined={isOutlined || undefined}>
    {children}
  </span>
);
