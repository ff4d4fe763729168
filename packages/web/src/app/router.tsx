import { createRoute, createRouter, redirect } from '@tanstack/react-router';
import { taskTabs } from '../features/tasks/task-tabs.ts';
import { ErrorPage } from './routes/error-page.tsx';
import { NotFoundPage } from './routes/not-found-page.tsx';
import { lazyPage, root, screens, shell } from './screens.ts';
import { defined, oneOf, parseSearch, stringifySearch, textOf, type RawSearch } from './search-params.ts';
import { Shell } from './shell/shell.tsx';
import type { Wish } from '../features/ask/ask-data.ts';
import type { TasksSearch } from '../features/tasks/task-list.ts';

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => redirect({ to: '/approvals', search: {}, throw: true }),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: RawSearch) =>
    defined({ to: textOf(search['to']), refused: textOf(search['refused']) }),
  component: lazyPage(() => import('./routes/sign-in-page.tsx'), 'SignInPage'),
});

/** Of a link for one decision: whoever follows it need not be signed in. */
const decide = createRoute({
  getParentRoute: () => root,
  path: '/decide',
  component: lazyPage(() => import('./routes/decide-page.tsx'), 'DecidePage'),
});

/** A tab as part of the path, as people write it. */
const taskTab = createRoute({
  getParentRoute: () => shell,
  path: '/tasks/$id/$tab',
  beforeLoad: ({ params: { id, tab } }) =>
    redirect({
      to: '/tasks/$id',
      params: { id },
      search: defined({ tab: oneOf(taskTabs, tab) }),
      replace: true,
      throw: true,
    }),
});

const anythingElse = createRoute({ getParentRoute: () => shell, path: '$', component: NotFoundPage });

shell.update({ component: Shell });

export const router = createRouter({
  routeTree: root.addChildren([home, signIn, decide, shell.addChildren([...screens, taskTab, anythingElse])]),
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultErrorComponent: ErrorPage,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** How the list of tasks was narrowed when one of them was opened from it. */
    readonly fromTasks?: TasksSearch;
    /** What is asked for anew, in the words that it had. */
    readonly ask?: Partial<Wish>;
  }
  interface Register {
    router: typeof router;
  }
}
