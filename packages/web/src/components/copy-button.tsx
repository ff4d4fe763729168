import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { IconButton } from './icon-button.tsx';

export interface CopyButtonProps {
  readonly value: string;
  readonly label: string;
  readonly isOutlined?: boolean;
  readonly icon?: ReactNode;
}

/** Copies a text and says so for a moment where it stands. */
export const CopyButton = ({ value, label, isOutlined = false, icon }: CopyButtonProps) => {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), 1_600);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <IconButton
      label={isCopied ? 'Copied' : label}
      isOutlined={isOutlined}
      onClick={() => void navigator.clipboard.writeText(value).then(() => setCopied(true))}
    >
      {isCopied ? <IconCheck size={14} aria-hidden /> : (icon ?? <IconCopy size={14} aria-hidden />)}
    </IconButton>
  );
};
