import styles from './kbd.module.css';

/** A key's name beside the thing it does. Hidden from screen readers: they have the shortcuts sheet. */
export const Kbd = ({ keys, isOnPrimary = false }: { keys: string; isOnPrimary?: boolean }) => (
  <kbd className={styles['kbd']} data-on-primary={isOnPrimary || undefined} aria-hidden>
    {keys}
  </kbd>
);
