import type { KeyboardEvent, SyntheticEvent } from 'react';

/** What a form of many words does on keys: Enter with Ctrl or ⌘ sends it from anywhere within, Escape leaves it. */
export const formKeys = (send: () => void, leave?: () => void) => ({
  onSubmit(event: SyntheticEvent) {
    event.preventDefault();
    send();
  },
  onKeyDown(event: KeyboardEvent) {
    if (event.key === 'Escape' && leave) {
      // It closes this, and not the page below as well.
      event.preventDefault();
      leave();
    } else if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) send();
  },
});
