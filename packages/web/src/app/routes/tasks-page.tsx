import { useNavigate, useSearch } from '@tanstack/react-router';
import { TasksScreen } from '../../features/tasks/tasks-screen.tsx';
import { environmentOf } from '../search-params.ts';

export const TasksPage = () => {
  const search = useSearch({ from: '/shell/tasks' });
  const navigate = useNavigate({ from: '/tasks' });
  return (
    <TasksScreen
      filters={{
        status: search.status ?? [],
        priority: search.priority ?? [],
        environment: environmentOf(search),
        search: search.q,
      }}
      onChange={({ status, priority, search: q }) =>
        void navigate({
          replace: q !== undefined,
          search: (before) => ({
            ...before,
            ...(status ? { status } : {}),
            ...(priority ? { priority } : {}),
            ...(q === undefined ? {} : { q: q === '' ? undefined : q }),
          }),
        })
      }
      onClear={() => void navigate({ search: {} })}
      onOpen={(id) => void navigate({ to: '/tasks/$id', params: { id }, state: { fromTasks: search } })}
    />
  );
};
