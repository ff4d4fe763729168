import { programSights, type Principal, type ProgramSight } from './principal.ts';

/** What policy says of all of a kind, and of those that it names. */
export interface SightTerms {
  readonly see: ProgramSight;
  readonly named: Readonly<Record<string, ProgramSight>>;
}

/** What policy says of whoever acts by itself. */
export interface ProgramTerms {
  readonly agents: SightTerms;
  readonly services: SightTerms;
}

const sightBy = ({ see, named }: SightTerms, name: string): ProgramSight =>
  (Object.hasOwn(named, name) ? named[name] : undefined) ?? see;

/** Undefined of people, who see all. */
export const sightOfProgram = (
  { agents, services }: ProgramTerms,
  { type, name }: Pick<Principal, 'type' | 'name'>,
): ProgramSight | undefined =>
  type === 'HUMAN' ? undefined : sightBy(type === 'AGENT' ? agents : services, name);

/** Whether any of them sees more by the later terms. */
export const seesMore = (before: ProgramTerms, after: ProgramTerms): boolean =>
  isMore(before.agents, after.agents) || isMore(before.services, after.services);

const isMore = (before: SightTerms, after: SightTerms): boolean => {
  const reach = (sight: ProgramSight): number => programSights.indexOf(sight);
  const names = [...Object.keys(before.named), ...Object.keys(after.named)];
  return (
    reach(after.see) > reach(before.see) ||
    names.some((name) => reach(sightBy(after, name)) > reach(sightBy(before, name)))
  );
};

/** What of a tenant's work somebody sees: all of it, or what certain principals submitted. */
export interface Sight {
  readonly tenantId: string;
  /** Null for everything; otherwise its own, and what is of this owner or of whoever has the same. */
  readonly only: { readonly submitterId: string; readonly ownerId: string | null } | null;
}

export type Viewer = Pick<Principal, 'id' | 'tenantId' | 'type' | 'ownerId' | 'sees'>;

/**
 * A program of which nobody said more sees its own. What an agent reads, somebody may have written to lead it astray;
 * and a service's key lies in more places than a person's, and is worth no more than the service's own work needs.
 */
export const sightOf = ({ id, tenantId, type, ownerId, sees = 'OWN' }: Viewer): Sight =>
  type === 'HUMAN' || sees === 'TENANT'
    ? wholeTenant(tenantId)
    : { tenantId, only: { submitterId: id, ownerId: sees === 'OWNER' ? ownerId : null } };

/** For what nobody in particular looks at. */
export const wholeTenant = (tenantId: string): Sight => ({ tenantId, only: null });
