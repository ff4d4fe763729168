import { refusal } from './errors.ts';

/**
 * A place in the log as callers have it. A log that was set back to an earlier copy goes on as another
 * generation: what the old one held beyond the copy is not in it, although the places are taken anew.
 */
export interface LogCursor {
  readonly generation: bigint;
  readonly seq: bigint;
}

/** One generation of the log, and the last place that it took over from those before. */
export interface LogGeneration {
  readonly generation: bigint;
  readonly afterSeq: bigint;
}

/** Places have 63 bits; what is above them is the generation, so that later ones are greater. */
const seqBits = 63n;
const lastSeq = (1n << seqBits) - 1n;

export const cursorText = ({ generation, seq }: LogCursor): string =>
  ((generation << seqBits) | seq).toString();

/** Null where the text is no cursor. */
export const readCursor = (text: string): LogCursor | null => {
  if (!/^\d{1,38}$/.test(text)) return null;
  const number = BigInt(text);
  return { generation: number >> seqBits, seq: number & lastSeq };
};

/** The generation in which a place of this log was taken. */
export const generationOf = (seq: bigint, generations: readonly LogGeneration[]): bigint =>
  generations.reduce(
    (latest, { generation, afterSeq }) => (seq > afterSeq && generation > latest ? generation : latest),
    0n,
  );

/** Whether a cursor names a place of this log, and not one of a copy that went another way. */
export const isOfThisLog = (
  { generation, seq }: LogCursor,
  generations: readonly LogGeneration[],
  horizon: bigint,
): boolean => {
  const isKnown = generation === 0n || generations.some((known) => known.generation === generation);
  const later = generations.filter((known) => known.generation > generation);
  return isKnown && seq < horizon && later.every(({ afterSeq }) => seq <= afterSeq);
};

export const ofAnotherLog = refusal(
  'RESYNC_REQUIRED',
  'This cursor is not of this log: the server was set back to an earlier copy of its data, or it is another one. Read current state again, and go on without a cursor.',
);
