import styles from './draining-bar.module.css';

/** A line at the foot of its box that empties towards a moment. The seconds stand beside it in words. */
export const DrainingBar = ({
  fromMs,
  untilMs,
  nowMs,
}: {
  fromMs: number;
  untilMs: number;
  nowMs: number;
}) => {
  const whole = Math.max(1, untilMs - fromMs);
  const left = Math.min(1, Math.max(0, (untilMs - nowMs) / whole));
  return (
    <span className={styles['track']} aria-hidden>
      <span className={styles['bar']} style={{ scale: `${left} 1` }} />
    </span>
  );
};
