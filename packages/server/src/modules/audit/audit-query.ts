import { accepted, invalidInput, refused, type Outcome } from '../../domain/errors.ts';
import { notACursorOf } from '../../domain/list-cursor.ts';
import { readCursor, type LogCursor } from '../../domain/log-cursor.ts';
import { eventTypeFaults } from '../../domain/event-filter.ts';
import type { Fault } from '../../domain/refusal-details.ts';

/** Which entries. Every field narrows. */
export interface AuditFilter {
  readonly actorId?: string | undefined;
  readonly taskId?: string | undefined;
  readonly types?: readonly string[] | undefined;
  /** Whose summary holds these words. */
  readonly text?: string | undefined;
  /** From this moment on. */
  readonly from?: Date | undefined;
  /** Before this moment. */
  readonly to?: Date | undefined;
}

export interface AuditQuery extends AuditFilter {
  /** Entries before this place in the log; from its end where left out. */
  readonly cursor: LogCursor | undefined;
}

/** Refused, with every fault: a filter that nothing can meet, or a text that is no cursor of a log. */
export const auditQuery = (filter: AuditFilter, after: string | null): Outcome<AuditQuery> => {
  const cursor = after === null ? undefined : readCursor(after);
  const faults = [
    ...faultsOf(filter),
    ...(cursor === null ? [{ path: 'after', message: notACursorOf('auditEntries', after ?? '') }] : []),
  ];
  return cursor === null || faults.length > 0
    ? refused(invalidInput(faults))
    : accepted({ ...filter, cursor });
};

const faultsOf = ({ types, from, to }: AuditFilter): Fault[] => [
  ...eventTypeFaults(types),
  ...(from && to && from > to ? [{ path: 'filter.from', message: 'this is later than `to`' }] : []),
];
