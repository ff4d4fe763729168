import type { NavigationItem } from '../navigation.ts';

export interface Shortcut {
  readonly keys: string;
  readonly does: string;
}

export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** Within a sentence: API stays as it is. */
const inSentence = (label: string): string =>
  label.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());

/** Every key the console listens to, as people read it. */
export const shortcutGroups = (
  command: string,
  items: readonly NavigationItem[],
): readonly ShortcutGroup[] => [
  {
    title: 'Anywhere',
    shortcuts: [
      { keys: `${command} K`, does: 'Search or go to' },
      { keys: '?', does: 'This list' },
      { keys: `${command} ⇧ .`, does: 'Stop agents…' },
      ...items.map(({ keys, label }) => ({
        keys: keys.toUpperCase(),
        does: `Go to ${inSentence(label)}`,
      })),
    ],
  },
  {
    title: 'Lists',
    shortcuts: [
      { keys: 'J', does: 'Next' },
      { keys: 'K', does: 'Previous' },
      { keys: 'Home', does: 'First' },
      { keys: 'End', does: 'Last' },
      { keys: '↵', does: 'Open' },
      { keys: 'Esc', does: 'Back' },
      { keys: 'X', does: 'Choose, where several can be chosen' },
      { keys: '/', does: 'Search in tasks' },
    ],
  },
  {
    title: 'Deciding',
    shortcuts: [
      { keys: '⇧ A', does: 'Approve' },
      { keys: 'R', does: 'Reject…' },
      { keys: 'E', does: 'Edit what is asked for…' },
      { keys: 'C', does: 'Ask the requester, or request changes…' },
      { keys: 'H', does: 'Snooze: out of your own sight for a while' },
      { keys: 'W', does: 'Watch what becomes of it' },
      { keys: 'D', does: 'Delegate, while you are away' },
      { keys: 'Ctrl ↵', does: 'Send the rejection, or the question' },
      { keys: 'Z', does: 'Undo while it can be undone' },
    ],
  },
  {
    title: 'Reviewing',
    shortcuts: [
      { keys: '1 – 4', does: 'Changes, Plan, Policy, History' },
      { keys: 'N', does: 'Next change' },
      { keys: 'P', does: 'Previous change' },
      { keys: 'V', does: 'Mark the change as viewed' },
      { keys: 'S', does: 'Beside each other or below each other' },
    ],
  },
];
