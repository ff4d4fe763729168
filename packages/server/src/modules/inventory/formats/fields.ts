import { z } from 'zod';
import { toCarriableText, toShortText } from '../../../domain/json.ts';

/** A text of somebody else's file: cut rather than refused, and such as every store takes. */
export const cut = (most: number) => z.string().transform((value) => toShortText(value, most));

export const name = z.string().trim().min(1).max(300).transform(toCarriableText);

/** A moment that a database takes as well: years of four digits. */
export const isKeepable = (value: Date): boolean => {
  const year = value.getUTCFullYear();
  return year >= 1 && year <= 9_999;
};

/** ISO 8601, also without a zone: then it is UTC. */
export const moment = z
  .string()
  .max(40)
  .transform((value) => {
    const hasZone = /(?:z|[+-]\d\d:?\d\d)$/i.test(value);
    return new Date(hasZone || !value.includes('T') ? value : `${value}Z`);
  })
  .refine(isKeepable, 'is no moment: 2026-11-21T10:26:04Z');
