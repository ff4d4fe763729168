import { z } from 'zod';
import { accepted, refused, type Outcome } from '../../domain/errors.ts';
import type { Event } from '../../domain/events.ts';
import { ofAnotherLog, type LogCursor } from '../../domain/log-cursor.ts';
import { sightOf } from '../../domain/sight.ts';
import type { EventPageQuery } from '../../record/event-store.ts';
import { filterId, instant, optional, pageInput, pageOf, text, type Page } from '../inputs.ts';
import { namedAt, refusalOfNames, type FindNamed } from '../named-ids.ts';
import { defineQuery } from '../operation.ts';
import { auditQuery } from './audit-query.ts';

const filterInput = z
  .strictObject({
    actorId: optional(filterId).describe('Made true by this principal.'),
    taskId: optional(filterId).describe('About this task.'),
    types: optional(z.array(z.string())).describe(
      'Of one of these types; one that does not exist is refused.',
    ),
    text: optional(text(200)).describe(
      'Whose summary holds these words, among the newest 100,000 entries that remain.',
    ),
    from: optional(instant).describe('From this moment on.'),
    to: optional(instant).describe('Before this moment.'),
  })
  .meta({ id: 'AuditFilter', description: 'Which entries. Every field narrows.' });

export interface AuditQueryDependencies {
  readonly events: {
    page(query: EventPageQuery): Promise<Event[]>;
    cursorOf(event: Pick<Event, 'seq'>): string;
    entryPlace(cursor: LogCursor): Promise<bigint | null>;
  };
  readonly findTasks: FindNamed;
  readonly findPrincipals: FindNamed;
}

export const createAuditQueries = ({ events, findTasks, findPrincipals }: AuditQueryDependencies) => ({
  auditEntries: defineQuery({
    name: 'auditEntries',
    description:
      'The record of your tenant, to an agent of what it sees, newest first. A filter or a cursor that makes no sense is SCHEMA_VALIDATION_FAILED; a cursor of a log that was set back to an earlier copy since is RESYNC_REQUIRED; an id that nobody has is RESOURCE_NOT_FOUND.',
    input: z.strictObject({
      filter: optional(filterInput).describe('Which entries; all where left out.'),
      ...pageInput(z.string().meta({ format: 'cursor' })),
    }),
    async view({ viewer }, { filter, first, after }): Promise<Outcome<Page<Event>>> {
      const query = auditQuery(filter ?? {}, after ?? null);
      if (!query.ok) return query;
      const { cursor, ...which } = query.value;
      const before = cursor && (await events.entryPlace(cursor));
      if (before === null) return refused(ofAnotherLog);
      const sight = sightOf(viewer);
      const rows = await events.page({ ...which, before, sight, newestFirst: true, limit: first + 1 });
      // Whatever has entries is there.
      const no =
        rows.length === 0 &&
        (await refusalOfNames(viewer, [
          { what: 'principal', named: namedAt('filter.actorId', filter?.actorId), find: findPrincipals },
          { what: 'task', named: namedAt('filter.taskId', filter?.taskId), find: findTasks },
        ]));
      return no ? refused(no) : accepted(pageOf(rows, first, events.cursorOf));
    },
  }),
});

export type AuditQueries = ReturnType<typeof createAuditQueries>;
