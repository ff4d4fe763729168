import { priorities, taskStatuses, type Priority, type TaskStatus } from '@countersign/shared';
import { Menu } from '@mantine/core';
import { IconCheck, IconChevronDown, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { PriorityBars, priorityWords } from '../../vocabulary/priority-bars.tsx';
import { TaskStatusMark, taskStatusWord } from '../../vocabulary/task-status.tsx';
import styles from './task-filters.module.css';
import { hasFilters, type TaskFilters } from './task-list.ts';

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
    <SearchBox
      label="Search in goals"
      className={styles['search']}
      value={filters.search ?? ''}
      onChange={(search) => onChange({ search })}
    />
  </div>
);
