import { priorities, taskStatuses, type Priority, type TaskStatus } from '@countersign/shared';
import { Menu, TextInput } from '@mantine/core';
import { IconCheck, IconChevronDown, IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useRef, useState, type ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { useKeys } from '../../components/use-keys.ts';
import { PriorityBars, priorityWords } from '../../vocabulary/priority-bars.tsx';
import { TaskStatusMark, taskStatusWord } from '../../vocabulary/task-status.tsx';
import styles from './task-filters.module.css';
import { hasFilters, type TaskFilters } from './task-list.ts';

const settleMs = 250;

const ManyMenu = <Value extends string>({
  label,
  options,
  chosen,
  word,
  render,
  onChange,
}: {
  label: string;
  options: readonly Value[];
  chosen: readonly Value[];
  word: (value: Value) => string;
  render: (value: Value) => ReactNode;
  onChange: (chosen: Value[]) => void;
}) => (
  <Menu closeOnItemClick={false} position="bottom-start">
    <Menu.Target>
      <Button
        size="small"
        after={<IconChevronDown size={13} aria-hidden />}
        data-chosen={chosen.length > 0 || undefined}
      >
        {chosen.length === 0
          ? label
          : `${label}: ${chosen.length > 2 ? chosen.length : chosen.map(word).join(', ')}`}
      </Button>
    </Menu.Target>
    <Menu.Dropdown>
      {options.map((value) => {
        const isChosen = chosen.includes(value);
        return (
          <Menu.Item
            key={value}
            role="menuitemcheckbox"
            aria-checked={isChosen}
            rightSection={
              isChosen ? <IconCheck size={14} aria-hidden /> : <span className={styles['room']} />
            }
            onClick={() =>
              onChange(isChosen ? chosen.filter((other) => other !== value) : [...chosen, value])
            }
          >
            {render(value)}
          </Menu.Item>
        );
      })}
    </Menu.Dropdown>
  </Menu>
);

const Search = ({ value, onChange }: { value: string; onChange: (value: string) => void }) => {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  // Only typing starts the wait; an answer that comes back must not.
  const isNews = useEffectEvent((typed: string) => typed !== value);
  const change = useEffectEvent(onChange);
  const [asked, setAsked] = useState(value);
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
      className={styles['search'] ?? ''}
      aria-label="Search in goals"
      placeholder="Search in goals"
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

export interface TaskFilterBarProps {
  readonly filters: TaskFilters;
  readonly onChange: (change: { status?: TaskStatus[]; priority?: Priority[]; search?: string }) => void;
  readonly onClear: () => void;
}

export const TaskFilterBar = ({ filters, onChange, onClear }: TaskFilterBarProps) => (
  <div className={styles['filters']}>
    {/* First, where it pushes nothing aside. */}
    {hasFilters(filters) ? (
      <Button
        size="small"
        look="quiet"
        className={styles['clear'] ?? ''}
        icon={<IconX size={13} aria-hidden />}
        onClick={onClear}
      >
        Clear
      </Button>
    ) : null}
    <ManyMenu
      label="Status"
      options={taskStatuses}
      chosen={filters.status}
      word={taskStatusWord}
      render={(status) => <TaskStatusMark status={status} />}
      onChange={(status) => onChange({ status })}
    />
    <ManyMenu
      label="Priority"
      options={priorities}
      chosen={filters.priority}
      word={(priority) => priorityWords[priority]}
      render={(priority) => <PriorityBars priority={priority} withWord />}
      onChange={(priority) => onChange({ priority })}
    />
    <Search value={filters.search ?? ''} onChange={(search) => onChange({ search })} />
  </div>
);
