import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './button.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: 'primary' | 'default' | 'quiet' | 'danger';
  readonly size?: 'small' | 'medium' | 'large';
  readonly icon?: ReactNode;
  readonly after?: ReactNode;
  readonly isBusy?: boolean;
  readonly ref?: Ref<HTMLButtonElement>;
}

/** A press. While `isBusy` or `aria-disabled` it keeps its place and its focus, and does nothing. */
export const Button = ({
  look = 'default',
  size = 'medium',
  icon,
  after,
  isBusy = false,
  children,
  className,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) => {
  const isDead = isBusy || rest['aria-disabled'] === true || rest['aria-disabled'] === 'true';
  return (
    <button
      {...rest}
      type={type}
      className={[styles['button'], className].filter(Boolean).join(' ')}
      data-look={look}
      data-size={size}
      aria-disabled={isDead || undefined}
      aria-busy={isBusy || undefined}
      onClick={(event) => {
        if (isDead) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {icon}
      {children === undefined ? null : <span className={styles['label']}>{children}</span>}
      {after}
    </button>
  );
};
