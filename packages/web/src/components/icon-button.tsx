import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { useHint } from './hint.tsx';
import styles from './icon-button.module.css';

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What a press does; spoken and shown on hover. */
  readonly label: string;
  readonly keys?: string;
  readonly isOutlined?: boolean;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export const IconButton = ({ label, keys, isOutlined, children, className, ...rest }: IconButtonProps) => {
  const { handlers, hint } = useHint(keys ? `${label} (${keys})` : label, 400);
  return (
    <>
      <button
        type="button"
        {...handlers}
        {...rest}
        aria-label={label}
        data-outlined={isOutlined || undefined}
        className={[styles['button'], className].filter(Boolean).join(' ')}
      >
        {children}
      </button>
      {rest['aria-expanded'] === true ? null : hint}
    </>
  );
};
