import { IconArrowUp } from '@tabler/icons-react';
import styles from './news-pill.module.css';

/** Shows what came meanwhile, once somebody asks: rows do not move under a pointer. */
export const NewsPill = ({ count, onShow }: { count: number; onShow: () => void }) => (
  <button type="button" className={styles['pill']} onClick={onShow}>
    <IconArrowUp size={13} stroke={2.2} aria-hidden />
    {count} new
  </button>
);
