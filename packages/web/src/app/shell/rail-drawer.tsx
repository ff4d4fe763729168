import { Drawer } from '@mantine/core';
import { Rail } from './rail.tsx';

/** The rail where there is no room for it beside the page. */
export const RailDrawer = ({ onClose }: { onClose: () => void }) => (
  <Drawer
    opened
    onClose={onClose}
    size={280}
    title="Countersign"
    closeButtonProps={{ 'aria-label': 'Close' }}
  >
    <Rail isInDrawer onFollow={onClose} />
  </Drawer>
);
