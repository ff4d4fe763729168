import type { Event } from '../../../domain/events.ts';
import type { Builder, Types } from './builder.ts';
import { nilId, pageComplexity, pageOf, pageSize, readId } from './connection.ts';
import { refusalError } from '../errors.ts';
import { namedAt, refusalOfNames, type FindNamed } from '../../../modules/named-ids.ts';
import type { Refs } from './refs.ts';
import type { EventService } from '../../../modules/events/index.ts';
import type { AuditFilter } from '../../../modules/audit/audit-query.ts';
import { createAuditService } from '../../../modules/audit/audit-service.ts';

export interface AuditSchemaDependencies {
  readonly events: Pick<EventService, 'page' | 'cursorOf'>;
  readonly findTasks: FindNamed;
  readonly findPrincipals: FindNamed;
}

export const addAuditSchema = (builder: Builder, refs: Refs, deps: AuditSchemaDependencies): void => {
  addAuditQuery(builder, refs, addAuditEntryType(builder, refs), deps);
};

const addAuditEntryType = (
  builder: Builder,
  { logEntry }: Refs,
): PothosSchemaTypes.ObjectRef<Types, Event> => {
  const entry = builder.objectRef<Event>('AuditEntry');
  entry.implement({
    description: 'One fact as evidence.',
    authScopes: { read: true },
    interfaces: [logEntry],
    fields: (t) => ({
      digest: t.exposeString('digest', {
        description: 'SHA-256 (hex) of the canonical fact, to compare a copy that is kept elsewhere.',
      }),
      traceparent: t.exposeString('traceparent', {
        nullable: true,
        description: 'W3C trace context of the call behind it.',
      }),
    }),
  });
  return entry;
};

const addAuditQuery = (
  builder: Builder,
  refs: Refs,
  entry: PothosSchemaTypes.ObjectRef<Types, Event>,
  { events, findTasks, findPrincipals }: AuditSchemaDependencies,
): void => {
  const service = createAuditService(events);
  const filter = builder.inputType('AuditFilter', {
    description: 'Which entries. Every field narrows.',
    fields: (t) => ({
      actorId: t.id({ description: 'Made true by this principal.' }),
      taskId: t.id({ description: 'About this task.' }),
      types: t.stringList({ description: 'Of one of these types; one that does not exist is refused.' }),
      from: t.field({ type: 'DateTime', description: 'From this moment on.' }),
      to: t.field({ type: 'DateTime', description: 'Before this moment.' }),
    }),
  });
  const connection = refs.connectionOf('AuditEntry', entry, { hasTotalCount: false });
  builder.queryField('auditEntries', (t) =>
    t.field({
      type: connection,
      authScopes: { read: true },
      description:
        'The record of your tenant, newest first. A filter or a cursor that makes no sense is SCHEMA_VALIDATION_FAILED; an id that nobody has is RESOURCE_NOT_FOUND.',
      complexity: pageComplexity,
      args: {
        filter: t.arg({ type: filter, description: 'Which entries; all where left out.' }),
        first: t.arg.int({ description: 'How many: 1 to 200, 50 by default.' }),
        after: t.arg.string({ description: 'The endCursor of the page before.' }),
      },
      resolve: async (_root, { filter: wanted, first, after }, { viewer }) => {
        const size = pageSize(first);
        const page = await service.page(viewer, filterOf(wanted), size + 1, after ?? null);
        if (!page.ok) throw refusalError(page.refusal);
        // Whatever has entries is there.
        const no =
          page.value.length === 0 &&
          (await refusalOfNames(viewer, [
            { what: 'principal', named: namedAt('filter.actorId', wanted?.actorId), find: findPrincipals },
            { what: 'task', named: namedAt('filter.taskId', wanted?.taskId), find: findTasks },
          ]));
        if (no) throw refusalError(no);
        return pageOf(page.value, size, events.cursorOf);
      },
    }),
  );
};

type GivenFilter = { readonly [Field in keyof AuditFilter]: AuditFilter[Field] | null };

const filterOf = (given: GivenFilter | null | undefined): AuditFilter => ({
  actorId: idOf(given?.actorId),
  taskId: idOf(given?.taskId),
  types: given?.types ?? undefined,
  from: given?.from ?? undefined,
  to: given?.to ?? undefined,
});

/** An id of another shape names nothing, and is not for a database to see. */
const idOf = (id: string | null | undefined): string | undefined =>
  id === null || id === undefined ? undefined : (readId(id) ?? nilId);
