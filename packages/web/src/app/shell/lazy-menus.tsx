import { Suspense } from 'react';
import { lazyPart } from '../../components/lazy-part.ts';
import type { OpenAt } from '../../components/opener.ts';

export const loadMenus = () => import('./menus.ts');

const LoadedThemeMenu = lazyPart(() => loadMenus().then((m) => m.ThemeMenu));
const LoadedEnvironmentMenu = lazyPart(() => loadMenus().then((m) => m.EnvironmentMenu));
const LoadedAccountMenu = lazyPart(() => loadMenus().then((m) => m.AccountMenu));

interface Opened {
  readonly at: OpenAt | null;
}

export const ThemeMenu = ({ at }: Opened) => (
  <Suspense fallback={null}>{at ? <LoadedThemeMenu at={at} /> : null}</Suspense>
);

export const EnvironmentMenu = ({ at }: Opened) => (
  <Suspense fallback={null}>{at ? <LoadedEnvironmentMenu at={at} /> : null}</Suspense>
);

export const AccountMenu = ({ at, onShortcuts }: Opened & { onShortcuts: () => void }) => (
  <Suspense fallback={null}>{at ? <LoadedAccountMenu at={at} onShortcuts={onShortcuts} /> : null}</Suspense>
);
