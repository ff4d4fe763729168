import { Dialog } from '../../components/dialog.tsx';
import { ShortcutsList } from './shortcuts-list.tsx';

export const ShortcutsSheet = ({ onClose }: { onClose: () => void }) => (
  <Dialog title="Keyboard shortcuts" isOpen onClose={onClose} width={680}>
    <ShortcutsList />
  </Dialog>
);
