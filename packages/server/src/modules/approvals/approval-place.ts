import { codedError } from '../../doors/graphql/errors.ts';
import { readId } from '../../doors/graphql/schema/connection.ts';
import type { ApprovalRequest } from '../../domain/approval.ts';
import type { OpenPlace } from '../../record/approval-pages.ts';

const latestMs = 8.64e15;

export const placeOf = ({ rank, expiresAt, id }: ApprovalRequest, soonUntil: Date): string =>
  Buffer.from(JSON.stringify([soonUntil.getTime(), rank, expiresAt.getTime(), id])).toString('base64url');

const readPlace = (text: string): readonly unknown[] => {
  try {
    const place: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(place) ? place : [];
  } catch {
    return [];
  }
};

const isTime = (value: unknown): value is number => typeof value === 'number' && Math.abs(value) <= latestMs;

/** The place that a cursor of the open requests names. */
export const openPlace = (after: string | null | undefined): OpenPlace | null => {
  if (after === null || after === undefined) return null;
  const [soonMs, rank, expiresMs, id] = readPlace(after);
  const known = typeof id === 'string' ? readId(id) : null;
  if (!isTime(soonMs) || !isTime(expiresMs) || !Number.isInteger(rank) || known === null) {
    throw codedError('SCHEMA_VALIDATION_FAILED', 'after is not a cursor of this list.');
  }
  return { soonUntil: new Date(soonMs), rank: rank as number, expiresAt: new Date(expiresMs), id: known };
};
