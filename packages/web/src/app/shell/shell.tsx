import { IsRestoringProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouter } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useEffectEvent, useRef, useState } from 'react';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { fetchedPart } from '../../components/fetched-part.tsx';
import { loadTip } from '../../components/hint.tsx';
import { lazyPart } from '../../components/lazy-part.ts';
import { Mark } from '../../components/mark.tsx';
import { useKeys } from '../../components/use-keys.ts';
import { viewerOptions } from '../../features/session/viewer.ts';
import { ConsoleEvents } from '../live-events.ts';
import { LiveProvider, useConnection, useRenewLive } from '../../live/session.tsx';
import { RequestError } from '../../graphql/request-error.ts';
import { OfflineBanner } from './connection-indicator.tsx';
import { DocumentTitle } from './document-title.tsx';
import { Header } from './header.tsx';
import { useNavigation } from '../navigation.ts';
import { loadMenus } from './lazy-menus.tsx';
import { Rail } from './rail.tsx';
import { Composer } from '../../features/approvals/decide/fetched-composer.ts';
import { StopDialog } from '../../features/stops/fetched-stop-dialog.ts';
import { loadDecisionLine } from '../../features/approvals/decide/decision-notes.tsx';
import styles from './shell.module.css';

const RailDrawer = fetchedPart(() => import('./rail-drawer.tsx').then((m) => m.RailDrawer));
const CommandPalette = fetchedPart(() => import('./command-palette.tsx').then((m) => m.CommandPalette));
const ShortcutsSheet = fetchedPart(() => import('./shortcuts-sheet.tsx').then((m) => m.ShortcutsSheet));
// Rarely seen; nobody should wait for them on a first visit.
const loads = {
  composer: Composer.fetch,
  decisionLine: loadDecisionLine,
  chips: () => import('./header-chips.tsx'),
  notices: () => import('./browser-notices.tsx'),
  ended: () => import('../../features/session/session-ended-dialog.tsx'),
  hint: loadTip,
  menu: RailDrawer.fetch,
  menus: loadMenus,
  palette: CommandPalette.fetch,
  shortcuts: ShortcutsSheet.fetch,
  stop: StopDialog.fetch,
};
const HeaderChips = lazyPart(() => loads.chips().then((m) => m.HeaderChips));
const BrowserNotices = lazyPart(() => loads.notices().then((m) => m.BrowserNotices));
/** Nothing is loaded for it where nobody allowed it. */
const hasAllowedNotices = (): boolean =>
  typeof Notification !== 'undefined' && Notification.permission === 'granted';
const StopBanner = lazyPart(() => loads.chips().then((m) => m.StopBanner));
const StopButton = lazyPart(() => loads.chips().then((m) => m.StopButton));
const SessionEndedDialog = lazy(() => loads.ended().then((m) => ({ default: m.SessionEndedDialog })));

type Overlay = 'palette' | 'shortcuts' | 'menu' | null;

const EndedSession = () => {
  const { phase } = useConnection();
  const renew = useRenewLive();
  const queryClient = useQueryClient();
  if (phase !== 'ended') return null;
  return (
    <Suspense fallback={null}>
      <SessionEndedDialog
        onSignedIn={() => {
          renew();
          void queryClient.invalidateQueries();
        }}
      />
    </Suspense>
  );
};

/**
 * Fetches the code of everything else once the first page is live and idle: it has to be there in an outage. True
 * from then on.
 */
const useFetchAhead = (isLive: boolean): boolean => {
  const router = useRouter();
  const [isIdle, setIdle] = useState(false);
  useEffect(() => {
    if (!isLive) return;
    const fetchAhead = (): void => {
      setIdle(true);
      const pages = Object.values(router.routesById).map(({ options }) => options.component?.preload?.());
      void Promise.allSettled([...pages, ...Object.values(loads).map((load) => load())]);
    };
    // Safari has no such call.
    if (!('requestIdleCallback' in window)) fetchAhead();
    else {
      const idle = requestIdleCallback(fetchAhead);
      return () => cancelIdleCallback(idle);
    }
  }, [router, isLive]);
  return isIdle;
};

/** What is open over the page. Once it is closed, the focus is where it was before. */
const useOverlay = () => {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const before = useRef<Element | null>(null);
  useEffect(() => {
    if (overlay === null && before.current instanceof HTMLElement) before.current.focus();
  }, [overlay]);
  const open = (next: Overlay): void => {
    before.current = document.activeElement;
    setOverlay(next);
  };
  return [overlay, open, () => setOverlay(null)] as const;
};

const Frame = () => {
  const [overlay, open, close] = useOverlay();
  const { phase } = useConnection();
  const navigate = useNavigate();
  const items = useNavigation();
  const isSettled = useFetchAhead(phase === 'live');
  useKeys('global', {
    '$mod+k': () => open('palette'),
    'Shift+?': () => open('shortcuts'),
    ...Object.fromEntries(items.map(({ to, keys }) => [keys, () => void navigate({ to })])),
  });
  return (
    <div className={styles['shell']}>
      <DocumentTitle />
      <a className={styles['skip']} href="#content">
        Skip to content
      </a>
      <Header
        onSearch={() => open('palette')}
        onMenu={() => open('menu')}
        onShortcuts={() => open('shortcuts')}
        last={<Suspense fallback={null}>{isSettled ? <StopButton /> : null}</Suspense>}
      >
        {/* No part of the first visit. */}
        <Suspense fallback={null}>{isSettled ? <HeaderChips /> : null}</Suspense>
      </Header>
      <OfflineBanner />
      <Suspense fallback={null}>{isSettled ? <StopBanner /> : null}</Suspense>
      <Suspense fallback={null}>{isSettled && hasAllowedNotices() ? <BrowserNotices /> : null}</Suspense>
      <div className={styles['below']} data-stale={phase === 'offline' || undefined}>
        <Rail />
        <main id="content" className={styles['content']} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      {overlay === 'menu' ? <RailDrawer onClose={close} /> : null}
      {overlay === 'palette' ? <CommandPalette onClose={close} /> : null}
      {overlay === 'shortcuts' ? <ShortcutsSheet onClose={close} /> : null}
    </div>
  );
};

/** Leads to the sign-in page once, and back here afterwards. */
const ToSignIn = () => {
  const navigate = useNavigate();
  const go = useEffectEvent(() => {
    const { pathname, search } = window.location;
    void navigate({ to: '/sign-in', search: { to: pathname + search }, replace: true });
  });
  useEffect(() => go(), []);
  return null;
};

/** The frame of every signed-in page. */
export const Shell = () => {
  const viewer = useQuery(viewerOptions());
  if (viewer.error && !viewer.data) {
    if (viewer.error instanceof RequestError && viewer.error.hasSessionEnded) {
      return <ToSignIn />;
    }
    return (
      <main className={styles['failed']}>
        <Mark size={36} />
        <ErrorPanel
          title="The console could not be loaded."
          error={viewer.error}
          onRetry={() => void viewer.refetch()}
        />
      </main>
    );
  }
  const viewerId = viewer.data?.viewer.principal.id ?? null;
  return (
    <LiveProvider viewerId={viewerId} events={ConsoleEvents} cursor={viewer.data?.eventCursor ?? null}>
      {/* Nothing is asked before the place in the log is known from which the page hears of changes. */}
      <IsRestoringProvider value={viewerId === null}>
        <Frame />
        <EndedSession />
      </IsRestoringProvider>
    </LiveProvider>
  );
};
