import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './dialog.module.css';
import { useSilentKeys } from './use-silent-keys.ts';

export interface DialogProps {
  readonly title: ReactNode;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly width?: number;
  /** A dialog that must be answered cannot be waved away. */
  readonly isRequired?: boolean;
  readonly children: ReactNode;
}

/** A dialog that the user asked for. While it is open, no key reaches the page below. */
export const Dialog = ({
  title,
  isOpen,
  onClose,
  width = 460,
  isRequired = false,
  children,
}: DialogProps) => {
  useSilentKeys(isOpen);
  return (
    <Modal.Root
      opened={isOpen}
      onClose={onClose}
      size={width}
      closeOnClickOutside={!isRequired}
      closeOnEscape={!isRequired}
      transitionProps={{ transition: 'pop', duration: 120 }}
      classNames={{ content: styles['content'] ?? '' }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <div className={styles['head']}>
          <Modal.Title className={styles['title'] ?? ''}>{title}</Modal.Title>
          {isRequired ? null : <Modal.CloseButton aria-label="Close" />}
        </div>
        <Modal.Body className={styles['body'] ?? ''}>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
};
