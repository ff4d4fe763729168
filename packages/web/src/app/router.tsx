import { priorities, taskStatuses } from '@countersign/shared';
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { approvalViews } from '../features/approvals/approval-view.ts';
import { reviewTabs } from '../features/approvals/review-tabs.ts';
import { windowNames } from '../features/overview/window-names.ts';
import { taskTabs } from '../features/tasks/task-tabs.ts';
import { ApprovalsPage } from './routes/approvals-page.tsx';
import { ErrorPage } from './routes/error-page.tsx';
import { NotFoundPage } from './routes/not-found-page.tsx';
import {
  defined,
  environmentOf,
  oneOf,
  parseSearch,
  someOf,
  stringifySearch,
  textOf,
  type RawSearch,
} from './search-params.ts';
import { Shell } from './shell/shell.tsx';
import type { TasksSearch } from '../features/tasks/task-list.ts';

/** Over code that is missing the router would load the window anew, which loses the tab while the server is away. */
const lazyPage = <Module extends Record<string, unknown>, Name extends keyof Module & string>(
  load: () => Promise<Module>,
  name: Name,
) =>
  lazyRouteComponent(
    () =>
      load().catch((cause: unknown) => {
        throw new Error('The page did not arrive.', { cause });
      }),
    name,
  );

const root = createRootRoute({ component: Outlet });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => redirect({ to: '/approvals', search: {}, throw: true }),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: RawSearch) => defined({ to: textOf(search['to']) }),
  component: lazyPage(() => import('./routes/sign-in-page.tsx'), 'SignInPage'),
});

const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

const approvals = createRoute({
  getParentRoute: () => shell,
  path: '/approvals',
  validateSearch: (search: RawSearch) =>
    defined({
      view: oneOf(approvalViews, search['view']),
      id: textOf(search['id']),
      tab: oneOf(reviewTabs, search['tab']),
      env: environmentOf(search),
    }),
  component: ApprovalsPage,
});

const approval = createRoute({
  getParentRoute: () => shell,
  path: '/approvals/$id',
  validateSearch: (search: RawSearch) =>
    defined({ view: oneOf(approvalViews, search['view']), tab: oneOf(reviewTabs, search['tab']) }),
  component: lazyPage(() => import('./routes/approval-page.tsx'), 'ApprovalPage'),
});

const tasks = createRoute({
  getParentRoute: () => shell,
  path: '/tasks',
  validateSearch: (search: RawSearch) =>
    defined({
      status: someOf(taskStatuses, search['status']),
      priority: someOf(priorities, search['priority']),
      env: environmentOf(search),
      q: textOf(search['q']),
    }),
  component: lazyPage(() => import('./routes/tasks-page.tsx'), 'TasksPage'),
});

const task = createRoute({
  getParentRoute: () => shell,
  path: '/tasks/$id',
  validateSearch: (search: RawSearch) => defined({ tab: oneOf(taskTabs, search['tab']) }),
  component: lazyPage(() => import('./routes/task-page.tsx'), 'TaskPage'),
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

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/overview',
  validateSearch: (search: RawSearch) => defined({ window: oneOf(windowNames, search['window']) }),
  component: lazyPage(() => import('./routes/overview-page.tsx'), 'OverviewPage'),
});

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyPage(() => import('./routes/settings-page.tsx'), 'SettingsPage'),
});

const people = createRoute({
  getParentRoute: () => shell,
  path: '/settings/people',
  component: lazyPage(() => import('./routes/people-page.tsx'), 'PeoplePage'),
});

const anythingElse = createRoute({ getParentRoute: () => shell, path: '$', component: NotFoundPage });

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    signIn,
    shell.addChildren([approvals, approval, tasks, task, taskTab, overview, settings, people, anythingElse]),
  ]),
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
  }
  interface Register {
    router: typeof router;
  }
}
