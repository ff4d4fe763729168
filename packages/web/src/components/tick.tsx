import { IconCheck } from '@tabler/icons-react';
import styles from './tick.module.css';

/** A box to tick that leaves the page its keys, as an input would not. */
export const Tick = ({
  label,
  isTicked,
  onTick,
}: {
  label: string;
  isTicked: boolean | 'mixed';
  onTick: () => void;
}) => (
  <button
    type="button"
    role="checkbox"
    aria-checked={isTicked}
    aria-label={label}
    className={styles['tick']}
    onClick={onTick}
  >
    <span aria-hidden>
      {isTicked === 'mixed' ? '–' : isTicked ? <IconCheck size={13} stroke={3} /> : null}
    </span>
  </button>
);
