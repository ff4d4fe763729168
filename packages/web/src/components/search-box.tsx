import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { Kbd } from './kbd.tsx';
import { useKeys } from './use-keys.ts';

const settleMs = 250;

export interface SearchBoxProps {
  readonly label: string;
  /** What is looked for now, as the address has it. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly className?: string | undefined;
}

/** Narrows a list of a page once typing pauses; `/` goes to it. */
export const SearchBox = ({ label, value, onChange, className = '' }: SearchBoxProps) => {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  // Only typing starts the wait; an answer that comes back must not.
  const isNews = useEffectEvent((typed: string) => typed !== value);
  const change = useEffectEvent(onChange);
  const [asked, setAsked] = useState(value);
  // The address was emptied, as by a press on the rail.
  if (asked !== value) {
    setAsked(value);
    if (value === '') setText('');
  }
  useEffect(() => {
    const typed = text.trim();
    if (!isNews(typed)) return;
    const timer = setTimeout(() => change(typed), settleMs);
    return () => clearTimeout(timer);
  }, [text]);
  useKeys('page', { '/': () => input.current?.focus() });
  return (
    <TextInput
      ref={input}
      type="search"
      size="xs"
      className={className}
      aria-label={label}
      placeholder={label}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={text === '' ? <Kbd keys="/" /> : null}
    />
  );
};
