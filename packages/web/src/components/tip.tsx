import { Tooltip } from '@mantine/core';

export interface TipProps {
  readonly label: string;
  readonly target: HTMLElement;
  readonly isOpen: boolean;
}

/** What a hint shows once it is wanted; see `useHint`. */
export const Tip = ({ label, target, isOpen }: TipProps) => (
  <Tooltip label={label} target={target} opened={isOpen} multiline maw={260} />
);
