import { WatchNews } from '../../features/approvals/attention/watch-news.tsx';
import { AlertsChip } from '../../features/executors/alerts-chip.tsx';
import { SandboxChip } from '../../features/sandbox/sandbox-chip.tsx';

/** What every page says in its header besides where it is. */
export const HeaderChips = () => (
  <>
    <SandboxChip />
    <AlertsChip />
    <WatchNews />
  </>
);

export { StopBanner } from '../../features/stops/stop-banner.tsx';
export { StopButton } from '../../features/stops/stop-button.tsx';
