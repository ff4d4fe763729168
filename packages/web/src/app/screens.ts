import { priorities, taskStatuses } from '@countersign/shared';
import {
  IconCertificate,
  IconChecks,
  IconHistory,
  IconHandStop,
  IconLayoutDashboard,
  IconListDetails,
  IconLock,
  IconMailX,
  IconMessagePlus,
  IconPlug,
  IconPlugConnected,
  IconScale,
  IconServer,
  IconSettings,
  IconTerminal2,
  IconTool,
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
import { catalogueKinds } from '../features/inventory/catalogue-kinds.ts';
import { windowNames } from '../features/overview/window-names.ts';
import { taskTabs } from '../features/tasks/task-tabs.ts';
import type { NavigationEntry } from './navigation.ts';
import { ApprovalsPage } from './routes/approvals-page.tsx';
import { defined, environmentOf, oneOf, someOf, textOf, type RawSearch } from './search-params.ts';

interface ScreenParts<Search> {
  readonly page: RouteComponent;
  /** What of the address it understands; anything else is dropped. */
  readonly search?: (raw: RawSearch) => Search;
  readonly navigation?: NavigationEntry;
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
  { page, search, navigation }: ScreenParts<Search>,
) =>
  createRoute({
    getParentRoute: () => shell,
    path,
    validateSearch: search ?? ((): Search => ({}) as Search),
    component: page,
    staticData: { navigation },
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
    navigation: {
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
    navigation: { label: 'Overview', icon: IconLayoutDashboard, keys: 'g o' },
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
    navigation: { label: 'Tasks', icon: IconListDetails, keys: 'g t', isNarrowable: true },
  }),
  screen('/tasks/$id', {
    page: lazyPage(() => import('./routes/task-page.tsx'), 'TaskPage'),
    search: (raw) => defined({ tab: oneOf(taskTabs, raw['tab']) }),
  }),
  screen('/ask', {
    page: lazyPage(() => import('./routes/ask-page.tsx'), 'AskPage'),
    navigation: { label: 'Ask in words', icon: IconMessagePlus, keys: 'g q' },
  }),
  screen('/executors', {
    page: lazyPage(() => import('../features/executors/executors-screen.tsx'), 'ExecutorsScreen'),
    navigation: { label: 'Executors', icon: IconPlug, keys: 'g e' },
  }),
  screen('/dead-letters', {
    page: lazyPage(() => import('../features/dead-letters/dead-letters-screen.tsx'), 'DeadLettersScreen'),
    navigation: { label: 'Dead letters', icon: IconMailX, keys: 'g d' },
  }),
  screen('/locks', {
    page: lazyPage(() => import('../features/locks/locks-screen.tsx'), 'LocksScreen'),
    navigation: { label: 'Locks', icon: IconLock, keys: 'g k' },
  }),
  screen('/control', {
    page: lazyPage(() => import('./routes/control-page.tsx'), 'ControlPage'),
    navigation: { label: 'Control', icon: IconHandStop, keys: 'g c' },
  }),
  screen('/grants', {
    page: lazyPage(() => import('../features/grants/grants-screen.tsx'), 'GrantsScreen'),
    navigation: { label: 'Grants', icon: IconCertificate, keys: 'g r' },
  }),
  screen('/agents', {
    page: lazyPage(() => import('../features/agents/agents-screen.tsx'), 'AgentsScreen'),
    search: (raw) => defined({ q: textOf(raw['q']), show: oneOf(['specialists'] as const, raw['show']) }),
  }),
  screen('/policies', {
    page: lazyPage(() => import('../features/policies/policies-screen.tsx'), 'PoliciesScreen'),
    navigation: { label: 'Policies', icon: IconScale, keys: 'g p' },
  }),
  screen('/inventory', {
    page: lazyPage(() => import('../features/inventory/inventory-screen.tsx'), 'InventoryScreen'),
    search: (raw) =>
      defined({
        search: textOf(raw['search']),
        kind: textOf(raw['kind']),
        env: environmentOf(raw),
        region: textOf(raw['region']),
        owner: textOf(raw['owner']),
        source: textOf(raw['source']),
        tag: textOf(raw['tag']),
        component: textOf(raw['component']),
        version: textOf(raw['version']),
        names: textOf(raw['names']),
        at: textOf(raw['at']),
      }),
    navigation: { label: 'Inventory', icon: IconServer, keys: 'g i', isNarrowable: true },
  }),
  screen('/inventory/catalogues', {
    page: lazyPage(() => import('../features/inventory/catalogues-screen.tsx'), 'CataloguesScreen'),
    search: (raw) =>
      defined({
        kind: oneOf(catalogueKinds, raw['kind']),
        import: textOf(raw['import']),
        search: textOf(raw['search']),
      }),
  }),
  screen('/tools', {
    page: lazyPage(() => import('../features/tools/tools-screen.tsx'), 'ToolsScreen'),
    navigation: { label: 'Tools', icon: IconTool, keys: 'g x' },
  }),
  screen('/connected-servers', {
    page: lazyPage(
      () => import('../features/connected-servers/connected-servers-screen.tsx'),
      'ConnectedServersScreen',
    ),
    navigation: { label: 'Connected servers', icon: IconPlugConnected, keys: 'g m' },
  }),
  screen('/connect', {
    page: lazyPage(() => import('../features/connect/connect-screen.tsx'), 'ConnectScreen'),
    navigation: { label: 'API', icon: IconTerminal2, keys: 'g n' },
  }),
  screen('/agents/$id', { page: lazyPage(() => import('./routes/agent-page.tsx'), 'AgentPage') }),
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
    navigation: { label: 'Audit log', icon: IconHistory, keys: 'g l' },
  }),
  screen('/settings', {
    page: lazyPage(() => import('./routes/settings-page.tsx'), 'SettingsPage'),
    navigation: { label: 'Settings', icon: IconSettings, keys: 'g s', isLast: true },
  }),
  screen('/settings/backups', {
    page: lazyPage(() => import('../features/backups/backups-screen.tsx'), 'BackupsScreen'),
  }),
  screen('/settings/configuration', {
    page: lazyPage(() => import('../features/configuration/configuration-screen.tsx'), 'ConfigurationScreen'),
  }),
  screen('/settings/delegation', {
    page: lazyPage(() => import('../features/delegation/delegation-screen.tsx'), 'DelegationScreen'),
  }),
  screen('/settings/passkeys', {
    page: lazyPage(() => import('../features/passkeys/passkeys-screen.tsx'), 'PasskeysScreen'),
  }),
  screen('/settings/people', {
    page: lazyPage(() => import('../features/people/people-screen.tsx'), 'PeopleScreen'),
  }),
  screen('/settings/notifications', {
    page: lazyPage(() => import('../features/notifications/notifications-screen.tsx'), 'NotificationsScreen'),
    search: (raw) => defined({ slack: textOf(raw['slack']) }),
  }),
  screen('/settings/webhooks', {
    page: lazyPage(() => import('../features/webhooks/webhooks-screen.tsx'), 'WebhooksScreen'),
  }),
] as const;
