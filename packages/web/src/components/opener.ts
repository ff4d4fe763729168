import { useId, useState, type MouseEventHandler, type Ref } from 'react';

/** What is open at a button that stands on the page already. */
export interface OpenAt {
  readonly id: string;
  readonly element: HTMLElement;
  readonly isOpen: boolean;
  /** Gives the focus back to the button. */
  readonly onClose: () => void;
}

export interface OpenerButton {
  readonly ref: Ref<HTMLButtonElement>;
  readonly id: string;
  readonly 'aria-haspopup': 'menu' | 'dialog';
  readonly 'aria-expanded': boolean;
  readonly onClick: MouseEventHandler;
}

/**
 * A button whose menu or popover is no part of the first visit: what places it on the page weighs more than the page's
 * own words. `at` is null until the first press; afterwards it stays, so that what closes can fade.
 */
export const useOpener = (
  popup: 'menu' | 'dialog',
): { readonly button: OpenerButton; readonly at: OpenAt | null } => {
  const id = useId();
  const [element, setElement] = useState<HTMLButtonElement | null>(null);
  const [wasOpened, setWasOpened] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const onClose = (): void => {
    setOpen(false);
    element?.focus({ preventScroll: true });
  };
  return {
    button: {
      ref: setElement,
      id: `${id}-target`,
      'aria-haspopup': popup,
      'aria-expanded': isOpen,
      onClick: () => {
        setWasOpened(true);
        setOpen(!isOpen);
      },
    },
    at: element && wasOpened ? { id, element, isOpen, onClose } : null,
  };
};
