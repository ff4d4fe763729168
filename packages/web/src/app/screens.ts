import { priorities, taskStatuses } from '@countersign/shared';
import {
  IconChecks,
  IconHistory,
  IconHandStop,
  IconLayoutDashboard,
  IconListDetails,
  IconLock,
  IconMailX,
  IconPlug,
  IconSettings,
} from '@tabler/icons-react';
import {
  createRootRoute,
  createRoute,
  lazyRouteComponent,
  Outlet,
  type RouteComponent,
} from '@tanstack/react-router';
import { approvalViews } from '../features/approvals/inbox/approval-view.ts';
import { needsMeOptions } from '../features/approvals/inbox/needs-me.ts';
import { reviewTabs } from '../features/approvals/review/review-tabs.ts';
import { windowNames } from '../features/overview/window-names.ts';
import { taskTabs } from '../features/tasks/task-tabs.ts';
import type { Place } from './places.ts';
import { ApprovalsPage } from './routes/approvals-page.tsx';
import { defined, environmentOf, oneOf, someOf, textOf, type RawSearch } from './search-params.ts';

interface ScreenParts<Search> {
  readonly page: RouteComponent;
  /** What of the address it understands; anything else is dropped. */
  readonly search?: (raw: RawSearch) => Search;
  readonly place?: Place;
}

/** Over code that is missing the router would load the window anew, which loses the tab while the server is away. */
export const lazyPage = <Module extends Record<string, unknown>, Name extends keyof Module & string>(
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

export const root = createRootRoute({ component: Outlet });
/** The frame around every screen: `router.tsx` says what it is. */
export const shell = createRoute({ getParentRoute: () => root, id: 'shell' });

const screen = <const Path extends string, Search = object>(
  path: Path,
  { page, search, place }: ScreenParts<Search>,
) =>
  createRoute({
    getParentRoute: () => shell,
    path,
    validateSearch: search ?? ((): Search => ({}) as Search),
    component: page,
    staticData: { place },
  });

/** Every screen of the console, and all that the frame has to know of it: one entry each. */
export const screens = [
  screen('/approvals', {
    page: ApprovalsPage,
    search: (raw) =>
      defined({
        view: oneOf(approvalViews, raw['view']),
        id: textOf(raw['id']),
        tab: oneOf(reviewTabs, raw['tab']),
        env: environmentOf(raw),
      }),
    place: {
      label: 'Approvals',
      icon: IconChecks,
      keys: 'g a',
      isNarrowable: true,
      waiting: needsMeOptions,
    },
  }),
  screen('/approvals/batch', {
    page: lazyPage(() => import('../features/approvals/batch/batch-screen.tsx'), 'BatchScreen'),
    search: (raw) => defined({ ids: textOf(raw['ids']) }),
  }),
  screen('/approvals/$id', {
    page: lazyPage(() => import('./routes/approval-page.tsx'), 'ApprovalPage'),
    search: (raw) => defined({ view: oneOf(approvalViews, raw['view']), tab: oneOf(reviewTabs, raw['tab']) }),
  }),
  screen('/overview', {
    page: lazyPage(() => import('./routes/overview-page.tsx'), 'OverviewPage'),
    search: (raw) => defined({ window: oneOf(windowNames, raw['window']) }),
    place: { label: 'Overview', icon: IconLayoutDashboard, keys: 'g o' },
  }),
  screen('/tasks', {
    page: lazyPage(() => import('./routes/tasks-page.tsx'), 'TasksPage'),
    search: (raw) =>
      defined({
        status: someOf(taskStatuses, raw['status']),
        priority: someOf(priorities, raw['priority']),
        env: environmentOf(raw),
        q: textOf(raw['q']),
      }),
    place: { label: 'Tasks', icon: IconListDetails, keys: 'g t', isNarrowable: true },
  }),
  screen('/tasks/$id', {
    page: lazyPage(() => import('./routes/task-page.tsx'), 'TaskPage'),
    search: (raw) => defined({ tab: oneOf(taskTabs, raw['tab']) }),
  }),
  screen('/executors', {
    page: lazyPage(() => import('../features/executors/executors-screen.tsx'), 'ExecutorsScreen'),
    place: { label: 'Executors', icon: IconPlug, keys: 'g e' },
  }),
  screen('/dead-letters', {
    page: lazyPage(() => import('../features/dead-letters/dead-letters-screen.tsx'), 'DeadLettersScreen'),
    place: { label: 'Dead letters', icon: IconMailX, keys: 'g d' },
  }),
  screen('/locks', {
    page: lazyPage(() => import('../features/locks/locks-screen.tsx'), 'LocksScreen'),
    place: { label: 'Locks', icon: IconLock, keys: 'g k' },
  }),
  screen('/control', {
    page: lazyPage(() => import('../features/stops/control-screen.tsx'), 'ControlScreen'),
    place: { label: 'Control', icon: IconHandStop, keys: 'g c' },
  }),
  screen('/agents', { page: lazyPage(() => import('../features/agents/agents-screen.tsx'), 'AgentsScreen') }),
  screen('/sandbox', {
    page: lazyPage(() => import('../features/sandbox/sandbox-screen.tsx'), 'SandboxScreen'),
  }),
  screen('/audit', {
    page: lazyPage(() => import('../features/audit/audit-screen.tsx'), 'AuditScreen'),
    search: (raw) =>
      defined({
        actor: textOf(raw['actor']),
        type: textOf(raw['type']),
        from: textOf(raw['from']),
        to: textOf(raw['to']),
        q: textOf(raw['q']),
      }),
    place: { label: 'Audit log', icon: IconHistory, keys: 'g l' },
  }),
  screen('/settings', {
    page: lazyPage(() => import('./routes/settings-page.tsx'), 'SettingsPage'),
    place: { label: 'Settings', icon: IconSettings, keys: 'g s', isLast: true },
  }),
  screen('/settings/people', {
    page: lazyPage(() => import('../features/people/people-screen.tsx'), 'PeopleScreen'),
  }),
] as const;
