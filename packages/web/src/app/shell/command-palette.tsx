import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { Kbd } from '../../components/kbd.tsx';
import { Palette, type PaletteItem } from '../../components/palette.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import { taskSearchOptions } from '../../features/tasks/task-list.ts';
import { TaskStatusMark } from '../../vocabulary/task-status.tsx';
import styles from './command-palette.module.css';
import { useNavigation } from '../navigation.ts';

const leastLetters = 2;

/** Goes to a screen, or finds a task by words of its goal. */
export const CommandPalette = ({ onClose }: { onClose: () => void }) => {
  const [query, setQuery] = useState('');
  const search = useDeferredValue(query.trim());
  const navigate = useNavigate();
  const isAsked = search.length >= leastLetters;
  const found = useQuery({
    ...taskSearchOptions(search),
    enabled: isAsked,
    placeholderData: keepPreviousData,
  });
  const screens = useNavigation()
    .filter(({ label }) => label.toLowerCase().includes(query.trim().toLowerCase()))
    .map(({ to, label, icon: ScreenIcon, keys }): PaletteItem => ({
      id: to.slice(1),
      run: () => void navigate({ to }),
      content: (
        <>
          <ScreenIcon size={17} stroke={1.6} className={styles['icon']} aria-hidden />
          <span className={styles['label']}>{label}</span>
          {keys.split(' ').map((key) => (
            <Kbd key={key} keys={key.toUpperCase()} />
          ))}
        </>
      ),
    }));
  const tasks = (isAsked ? (found.data?.tasks.nodes ?? []) : []).map(
    ({ id, goal, status, mode, cancelRequestedAt }): PaletteItem => ({
      id,
      run: () => void navigate({ to: '/tasks/$id', params: { id } }),
      content: (
        <>
          <span className={styles['label']}>
            <VisibleText text={goal} />
          </span>
          <span className={styles['status']}>
            <TaskStatusMark status={status} mode={mode} cancelRequestedAt={cancelRequestedAt} />
          </span>
        </>
      ),
    }),
  );
  return (
    <Palette
      label="Search tasks or go to"
      query={query}
      groups={[
        { label: 'Go to', items: screens },
        { label: 'Tasks', items: tasks },
      ]}
      nothing={found.isFetching ? null : `Nothing found for “${query.trim()}”`}
      onQuery={setQuery}
      onClose={onClose}
    />
  );
};
