import type { Icon } from '@tabler/icons-react';
import { useRouter } from '@tanstack/react-router';
import type { needsMeOptions } from '../features/approvals/inbox/needs-me.ts';

/** A screen that one goes to: in the rail, in the palette, by two keys, and by name in the tab's title. */
export interface NavigationEntry {
  readonly label: string;
  readonly icon: Icon;
  /** Pressed one after the other. */
  readonly keys: string;
  /** What it shows can be narrowed to one environment. */
  readonly isNarrowable?: boolean;
  /** It stands at the end, apart from where the work is. */
  readonly isLast?: boolean;
  /** How many things wait there for whoever is signed in. */
  readonly waiting?: typeof needsMeOptions;
}

export interface NavigationItem extends NavigationEntry {
  readonly to: string;
}

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    readonly navigation?: NavigationEntry | undefined;
  }
}

/** The screens that one goes to, in the order of `screens.ts`. */
export const useNavigation = (): readonly NavigationItem[] =>
  Object.values(useRouter().routesById).flatMap(({ fullPath, options: { staticData } }) =>
    staticData?.navigation ? [{ to: fullPath, ...staticData.navigation }] : [],
  );

/** Where an address belongs: a page below an item is part of it. */
export const navigationItemOf = (
  items: readonly NavigationItem[],
  pathname: string,
): NavigationItem | undefined => items.find(({ to }) => pathname === to || pathname.startsWith(`${to}/`));
