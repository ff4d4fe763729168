import type { Role } from '@countersign/shared';
import type { Principal } from '../../domain/principal.ts';
import { nameFaults, tidyName } from './access-rules.ts';

/** What an issuer's claims mean here, as configuration says. */
export interface ClaimsMeaning {
  /** The claim that a new person is named by. */
  readonly nameClaim: string;
  /** The claim that holds the names of the groups that the issuer has the person in. */
  readonly groupsClaim: string;
  /** By the issuer's group: what its members may do here. */
  readonly roles: Readonly<Record<string, readonly Role[]>>;
  /** By the issuer's group: the group of people here that its members belong to. */
  readonly groups: Readonly<Record<string, string>>;
}

export interface MeantPerson {
  readonly subject: string;
  /** Null where the claim is none that could be a name. */
  readonly name: string | null;
  /** Nobody with none may come in. */
  readonly roles: readonly Role[];
  readonly groups: readonly string[];
}

const mostGroups = 1_000;
const longestSubject = 255;

type Claims = Readonly<Record<string, unknown>>;

/** Null where the claims name nobody. */
export const personOf = (meaning: ClaimsMeaning, claims: Claims): MeantPerson | null => {
  const subject = textOf(claims, 'sub');
  if (subject === null || subject.length > longestSubject) return null;
  const groups = listOf(claims, meaning.groupsClaim).slice(0, mostGroups);
  const given = textOf(claims, meaning.nameClaim);
  const pick = <Value>(from: Readonly<Record<string, Value>>): Value[] =>
    groups.flatMap((group) => (Object.hasOwn(from, group) ? [from[group]] : [])).filter(isThere);
  return {
    subject,
    name: given !== null && nameFaults(given).length === 0 ? tidyName(given) : null,
    roles: [...new Set(pick(meaning.roles).flat())].toSorted(),
    groups: [...new Set(pick(meaning.groups))].toSorted(),
  };
};

/** Groups that the issuer says nothing about stay as administrators set them. */
export const groupsAfter = (
  { groups: managed }: Pick<ClaimsMeaning, 'groups'>,
  before: Principal['groups'],
  now: readonly string[],
): readonly string[] => {
  const ofIssuer = new Set(Object.values(managed));
  return [...new Set([...before.filter((name) => !ofIssuer.has(name)), ...now])].toSorted();
};

const isThere = <Value>(value: Value | undefined): value is Value => value !== undefined;

const textOf = (claims: Claims, name: string): string | null => {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : null;
};

const listOf = (claims: Claims, name: string): string[] => {
  const value: unknown = Object.hasOwn(claims, name) ? claims[name] : undefined;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === 'string');
};
