import { Tooltip } from '@mantine/core';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './icon-button.module.css';

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What a press does; spoken and shown on hover. */
  readonly label: string;
  readonly keys?: string;
  readonly isOutlined?: boolean;
  readonly children: ReactNode;
  readonly ref?: Ref<HTMLButtonElement>;
}

export const IconButton = ({ label, keys, isOutlined, children, className, ...rest }: IconButtonProps) => (
  <Tooltip
    label={keys ? `${label} (${keys})` : label}
    openDelay={400}
    disabled={rest['aria-expanded'] === true}
  >
    <button
      type="button"
      {...rest}
      aria-label={label}
      data-outlined={isOutlined || undefined}
      className={[styles['button'], className].filter(Boolean).join(' ')}
    >
      {children}
    </button>
  </Tooltip>
);
