import { QuarantinesPanel } from '../../features/sources/quarantines-panel.tsx';
import { ControlScreen } from '../../features/stops/control-screen.tsx';

/** What people stopped, and what they keep from doing harm. */
export const ControlPage = () => (
  <ControlScreen>
    <QuarantinesPanel />
  </ControlScreen>
);
