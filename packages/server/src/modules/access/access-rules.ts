import { hiddenCharacter, type Environment, type PrincipalType, type Role } from '@countersign/shared';
import type { Fault } from '../../domain/refusal-details.ts';
import type { Principal } from '../../domain/principal.ts';

export interface PrincipalInput {
  readonly type: PrincipalType;
  /** 1 to 100 characters (UTF-16 code units) once trimmed, unique in the tenant. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** The person who answers for it: an agent and a service have one, a person has none. */
  readonly ownerId?: string | null | undefined;
}

export interface ApiKeyInput {
  readonly principalId: string;
  /** 1 to 100 characters (UTF-16 code units) once trimmed. */
  readonly name: string;
  readonly expiresAt?: Date | null | undefined;
  /** Where a person's key decides; everywhere but in production where left out. */
  readonly decidesIn?: readonly Environment[] | null | undefined;
}

/** What the database knows that bears on a new principal. */
export interface PrincipalSurroundings {
  /** The owner that was asked for, where the tenant has it. */
  readonly owner: Principal | null;
  readonly isNameTaken: boolean;
}

const maxNameLength = 100;
/** Two names that look the same would let one identity pass for another. */
const invisible = (name: string): boolean => /[\t\n]/.test(name) || hiddenCharacter.test(name);
// PostgreSQL reads no year of more digits from ISO text.
const lastYear = 9999;

/** The name as it is kept: one spelling for what looks the same, without spaces around it. */
export const tidyName = (name: string): string => name.normalize('NFC').trim();

export const nameFaults = (name: string): Fault[] => {
  const length = tidyName(name).length;
  if (length === 0) return [{ path: 'name', message: 'must say something' }];
  if (length > maxNameLength)
    return [{ path: 'name', message: `must be at most ${maxNameLength} characters` }];
  return invisible(name) ? [{ path: 'name', message: 'holds a character that nobody can see' }] : [];
};

export const nameTaken: Fault = { path: 'name', message: 'is taken in this tenant' };
export const ownerUnknown: Fault = { path: 'ownerId', message: 'names nobody of this tenant' };

export const principalFaults = (
  input: PrincipalInput,
  { owner, isNameTaken }: PrincipalSurroundings,
): readonly Fault[] => [
  ...nameFaults(input.name),
  ...(isNameTaken ? [nameTaken] : []),
  ...roleFaults(input),
  ...ownerFaults(input, owner),
];

export const roleFaults = ({ type, roles }: Pick<PrincipalInput, 'type' | 'roles'>): Fault[] => {
  if (roles.length === 0) return [{ path: 'roles', message: 'must hold at least one role' }];
  return roles.flatMap((role, index): Fault[] => {
    const path = `roles[${index}]`;
    if (role === 'APPROVER' && type !== 'HUMAN')
      return [{ path, message: 'only a HUMAN can be an APPROVER' }];
    // A program that administers could make itself a key of a person who approves.
    if (role === 'ADMIN' && type !== 'HUMAN') return [{ path, message: 'only a HUMAN can be an ADMIN' }];
    return [];
  });
};

const ownerFaults = ({ type, ownerId }: PrincipalInput, owner: Principal | null): Fault[] => {
  if (ownerId === null || ownerId === undefined) {
    return type === 'HUMAN' ? [] : [{ path: 'ownerId', message: 'must name the HUMAN who answers for it' }];
  }
  if (type === 'HUMAN') return [{ path: 'ownerId', message: 'a HUMAN answers for itself and has no owner' }];
  if (!owner) return [ownerUnknown];
  return owner.type === 'HUMAN' ? [] : [{ path: 'ownerId', message: 'must name a HUMAN' }];
};

export const apiKeyFaults = (
  { name, expiresAt, decidesIn }: ApiKeyInput,
  holder: PrincipalType,
  now: Date,
): readonly Fault[] => [
  ...nameFaults(name),
  ...(expiresAt ? expiryFaults(expiresAt, now) : []),
  ...(holder !== 'HUMAN' && decidesIn && decidesIn.length > 0
    ? [{ path: 'decidesIn', message: 'must be empty: only people decide' }]
    : []),
];

const triedOutIn: readonly Environment[] = ['DEVELOPMENT', 'STAGING'];

/** People decide by signing in: a key that nobody said more about is for trying out. */
export const decidesInOf = ({ decidesIn }: ApiKeyInput, holder: PrincipalType): readonly Environment[] =>
  holder === 'HUMAN' ? [...new Set(decidesIn ?? triedOutIn)] : [];

const expiryFaults = (expiresAt: Date, now: Date): Fault[] => {
  if (!(expiresAt > now)) return [{ path: 'expiresAt', message: 'must be in the future' }];
  return expiresAt.getUTCFullYear() > lastYear
    ? [{ path: 'expiresAt', message: `must not be after the year ${lastYear}` }]
    : [];
};
