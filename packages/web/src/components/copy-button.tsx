import { IconCheck, IconCopy, IconX } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { copyText } from './copy-text.ts';
import { IconButton } from './icon-button.tsx';

export interface CopyButtonProps {
  readonly value: string;
  readonly label: string;
  readonly isOutlined?: boolean;
  readonly icon?: ReactNode;
}

const words = { copied: 'Copied', failed: 'The browser does not let us copy: select it by hand' } as const;
const shownMs = { copied: 1_600, failed: 6_000 };

/** Copies a text and says for a moment, where it stands, whether that worked. */
export const CopyButton = ({ value, label, isOutlined = false, icon }: CopyButtonProps) => {
  const [outcome, setOutcome] = useState<keyof typeof words | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), shownMs[outcome]);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async (): Promise<void> => setOutcome((await copyText(value)) ? 'copied' : 'failed');
  return (
    <IconButton
      label={outcome === null ? label : words[outcome]}
      isOutlined={isOutlined}
      onClick={() => void copy()}
    >
      {outcome === 'copied' ? <IconCheck size={14} aria-hidden /> : null}
      {outcome === 'failed' ? <IconX size={14} aria-hidden /> : null}
      {outcome === null ? (icon ?? <IconCopy size={14} aria-hidden />) : null}
    </IconButton>
  );
};
