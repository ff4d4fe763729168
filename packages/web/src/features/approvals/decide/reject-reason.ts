import { reasonLack } from '@countersign/shared';

/** What people most often mean; each begins the sentence that the agent will read. */
export const quickReasons = ['Wrong target', 'Wrong time', 'Too broad', 'Not needed', 'Other'] as const;
export type QuickReason = (typeof quickReasons)[number];

/** Why this text is not yet a reason; null where the agent can act on it. */
export const reasonComplaint = (text: string): string | null => {
  const lack = reasonLack(text);
  if (lack === null) return null;
  if (lack === 'WORDS') return 'Say it in words: the agent acts on what you write.';
  const { characters } = lack;
  return `${characters} more ${characters === 1 ? 'character' : 'characters'}: the agent acts on what you write.`;
};

/** The sentence that goes to the agent and the record. */
export const fullReason = (pick: QuickReason | null, text: string): string =>
  pick === null || pick === 'Other' ? text.trim() : `${pick}: ${text.trim()}`;

const draftName = (approvalId: string): string => `countersign.reason.${approvalId}`;

/** A half-written reason outlives a reload and the end of a session; it never outlives the tab. */
export const readDraft = (approvalId: string): string => {
  try {
    return sessionStorage.getItem(draftName(approvalId)) ?? '';
  } catch {
    return '';
  }
};

export const keepDraft = (approvalId: string, text: string): void => {
  try {
    if (text === '') sessionStorage.removeItem(draftName(approvalId));
    else sessionStorage.setItem(draftName(approvalId), text);
  } catch {
    // Storage may be blocked; the draft then lives as long as the pane.
  }
};
