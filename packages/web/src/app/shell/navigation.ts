import {
  IconChecks,
  IconLayoutDashboard,
  IconListDetails,
  IconSettings,
  type Icon,
} from '@tabler/icons-react';

export interface Destination {
  readonly to: '/approvals' | '/overview' | '/tasks' | '/settings';
  readonly label: string;
  readonly icon: Icon;
  /** Pressed one after the other. */
  readonly keys: string;
}

export const destinations: readonly Destination[] = [
  { to: '/approvals', label: 'Approvals', icon: IconChecks, keys: 'g a' },
  { to: '/overview', label: 'Overview', icon: IconLayoutDashboard, keys: 'g o' },
  { to: '/tasks', label: 'Tasks', icon: IconListDetails, keys: 'g t' },
];

export const settings: Destination = { to: '/settings', label: 'Settings', icon: IconSettings, keys: 'g s' };
