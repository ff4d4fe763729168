import type { ApprovalRequest } from '../../domain/approval-request.ts';
import { isId } from '../inputs.ts';
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

/** The place in the open requests that a text names; null where it is none. */
export const openPlace = (text: string): OpenPlace | null => {
  const [soonMs, rank, expiresMs, id] = readPlace(text);
  if (!isTime(soonMs) || !isTime(expiresMs) || !Number.isInteger(rank)) return null;
  if (typeof id !== 'string' || !isId(id)) return null;
  return {
    soonUntil: new Date(soonMs),
    rank: rank as number,
    expiresAt: new Date(expiresMs),
    id: id.toLowerCase(),
  };
};
