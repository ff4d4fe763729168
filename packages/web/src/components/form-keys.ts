import type { KeyboardEvent, SyntheticEvent } from 'react';

/**
 * What a form of many words does on keys: Enter with Ctrl or ⌘ sends it from anywhere within. Escape is none of these:
 * it may be for a dialog that has not taken the focus yet, which `useKeys` knows.
 */
export const formKeys = (send: () => void) => ({
  onSubmit(event: SyntheticEvent) {
    event.preventDefault();
    send();
  },
  onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) send();
  },
});
