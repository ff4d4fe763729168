import { AlertsChip } from '../../features/executors/alerts-chip.tsx';
import { SandboxChip } from '../../features/sandbox/sandbox-chip.tsx';

/** What every page says in its header besides where it is. */
export const HeaderChips = () => (
  <>
    <SandboxChip />
    <AlertsChip />
  </>
);
