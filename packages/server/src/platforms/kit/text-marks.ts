/**
 * Where a platform keeps nothing of ours but text, an effect is found again by a line in it: `Countersign: <key>` in a
 * card, trailers in a commit. Callers write into the same text, and keys are no secret: whoever wrote another effect's
 * line would have it found where it never was made.
 */
export const markLine = (key: string, name = 'Countersign'): string => `${name}: ${key}`;

/** However it is spelled: anything that any of our lookups could take for its own line, and what looks like it. */
const marks = /countersign(?:-key|-task)?\s*:\s*[0-9a-f][0-9a-f-]{7,}/giu;

/** Lines of ours that a text holds. */
export const marksIn = (text: string): readonly string[] =>
  [...text.normalize('NFKC').matchAll(marks)].map(([mark]) => mark.toLowerCase().replaceAll(/\s+/gu, ''));

/** For a schema of a text that a caller writes: `z.string().refine(holdsNoMark, noMark)`. */
export const holdsNoMark = (text: string): boolean => marksIn(text).length === 0;
export const noMark =
  'Must hold no line such as "Countersign: …", by which effects are found again: leave it out.';

/** Of a text that replaces another: lines of ours that it does not have from there. */
export const holdsNoNewMark = (text: string, before: string): boolean => {
  const known = new Set(marksIn(before));
  return marksIn(text).every((mark) => known.has(mark));
};
