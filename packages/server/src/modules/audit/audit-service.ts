import { accepted, type Outcome } from '../../domain/errors.ts';
import type { Event } from '../../domain/events.ts';
import type { Principal } from '../../domain/principal.ts';
import type { EventPageQuery } from '../../record/event-store.ts';
import { auditQuery, type AuditFilter } from './audit-query.ts';

export interface AuditService {
  /**
   * Entries of the viewer's tenant, newest first; `after` is the seq of the last one that the viewer has.
   * Refused: a filter that nothing can meet, or a cursor that is none, with every fault.
   */
  page(
    viewer: Principal,
    filter: AuditFilter,
    limit: number,
    after: string | null,
  ): Promise<Outcome<Event[]>>;
}

export const createAuditService = (events: {
  page(query: EventPageQuery): Promise<Event[]>;
}): AuditService => ({
  async page({ tenantId }, filter, limit, after) {
    const query = auditQuery(filter, after);
    if (!query.ok) return query;
    return accepted(await events.page({ ...query.value, tenantId, newestFirst: true, limit }));
  },
});
