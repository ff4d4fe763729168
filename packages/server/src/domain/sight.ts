import { agentSights, type AgentSight, type Principal } from './principal.ts';

/** What policy says of agents: of all, and of those that it names. */
export interface AgentTerms {
  readonly see: AgentSight;
  readonly named: Readonly<Record<string, AgentSight>>;
}

export const sightOfAgent = ({ see, named }: AgentTerms, { name }: Pick<Principal, 'name'>): AgentSight =>
  (Object.hasOwn(named, name) ? named[name] : undefined) ?? see;

/** Whether any agent sees more by the later terms. */
export const seesMore = (before: AgentTerms, after: AgentTerms): boolean => {
  const reach = (sight: AgentSight): number => agentSights.indexOf(sight);
  const names = [...Object.keys(before.named), ...Object.keys(after.named)];
  return (
    reach(after.see) > reach(before.see) ||
    names.some((name) => reach(sightOfAgent(after, { name })) > reach(sightOfAgent(before, { name })))
  );
};

/** What of a tenant's work somebody sees: all of it, or what certain principals submitted. */
export interface Sight {
  readonly tenantId: string;
  /** Null for everything; otherwise its own, and what is of this owner or of whoever has the same. */
  readonly only: { readonly submitterId: string; readonly ownerId: string | null } | null;
}

export type Viewer = Pick<Principal, 'id' | 'tenantId' | 'type' | 'ownerId' | 'sees'>;

/** An agent of which nobody said more sees its own: what it reads, somebody may have written to lead it astray. */
export const sightOf = ({ id, tenantId, type, ownerId, sees = 'OWN' }: Viewer): Sight =>
  type !== 'AGENT' || sees === 'TENANT'
    ? wholeTenant(tenantId)
    : { tenantId, only: { submitterId: id, ownerId: sees === 'OWNER' ? ownerId : null } };

/** For what nobody in particular looks at. */
export const wholeTenant = (tenantId: string): Sight => ({ tenantId, only: null });
