import { reasonLack } from '@countersign/shared';
import type { Fault } from './refusal-details.ts';
import { isCarriable } from './json.ts';

/** UTF-16 code units of what somebody writes for the record: a comment, a reason. */
export const noteLength = 4_000;

/** What keeps a note from being stored: one that no store takes would fail its neighbours in the transaction too. */
export const noteFault = (note: string | null, path: string): Fault | null => {
  if (note === null) return null;
  if (note.length > noteLength) return { path, message: `must be at most ${noteLength} characters` };
  return isCarriable(note) ? null : { path, message: 'holds a NUL or half of a surrogate pair' };
};

/** What keeps words from being a reason for the record: that there are none, or that no store takes them. */
export const reasonFault = (reason: string, path = 'reason'): Fault | null =>
  reason.trim() === '' ? { path, message: 'must not be empty' } : noteFault(reason, path);

/** The same of a reason that stands where nobody will be asked again, or that somebody must act on: words, ten characters of them. */
export const fullReasonFault = (reason: string, path = 'reason'): Fault | null =>
  reasonLack(reason) === null
    ? noteFault(reason, path)
    : { path, message: 'must say why in at least ten characters of words' };
