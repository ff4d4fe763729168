import type { Event } from '../../../domain/events.ts';
import type { AuditQueries } from '../../../modules/audit/index.ts';
import type { Builder, Types } from './builder.ts';
import type { Refs } from './refs.ts';
import { exposed } from './exposed-fields.ts';

export const addAuditSchema = (builder: Builder, refs: Refs, { auditEntries }: AuditQueries): void => {
  const entry = addAuditEntryType(builder, refs);
  refs.pages(auditEntries, refs.connectionOf('AuditEntry', entry, { hasTotalCount: false }));
};

const addAuditEntryType = (
  builder: Builder,
  { logEntry }: Refs,
): PothosSchemaTypes.ObjectRef<Types, Event> => {
  const entry = builder.objectRef<Event>('AuditEntry');
  entry.implement({
    description: 'One event as evidence.',
    authScopes: { read: true },
    interfaces: [logEntry],
    fields: (t) => ({
      ...exposed(t, {
        digest: ['String', 'SHA-256 (hex) of the canonical event, to compare a copy that is kept elsewhere.'],
        traceparent: ['String', 'W3C trace context of the call behind it.', 'nullable'],
      }),
    }),
  });
  return entry;
};
