import type { Event } from '../../../domain/events.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { Refs } from './refs.ts';

export interface LogEntryDependencies {
  readonly cursorOf: (event: Event) => string;
  readonly loadPrincipal: (viewer: Principal, id: string) => Promise<Principal | null>;
}

/** What an event says whoever reads it: as an event that came, or as evidence. */
export const addLogEntryType = (
  { logEntry, principal }: Pick<Refs, 'logEntry' | 'principal'>,
  { cursorOf, loadPrincipal }: LogEntryDependencies,
): void => {
  logEntry.implement({
    description: 'One event of the log: written with the change that made it true, and never changed.',
    authScopes: { read: true },
    fields: (t) => ({
      seq: t.field({
        type: 'Cursor',
        description:
          'Its place in the log: a whole number as text, greater for what readers meet later. Give the last one as `after` to go on from there.',
        resolve: cursorOf,
      }),
      type: t.exposeString('type', {
        description:
          'What kind of event: task.submitted, approval.resolved, step.started … docs/reference/events.md names them all.',
      }),
      at: t.expose('at', { type: 'DateTime', description: 'When it became true.' }),
      taskId: t.exposeID('taskId', { nullable: true, description: 'The task that it is about.' }),
      actor: t.field({
        type: principal,
        nullable: true,
        description: 'Who made it true; null for the server itself.',
        resolve: ({ actorId }, _args, { viewer }) =>
          actorId === null ? null : loadPrincipal(viewer, actorId),
      }),
      summary: t.exposeString('summary', { description: 'One sentence for people.' }),
      data: t.expose('data', {
        type: 'JSON',
        description:
          'What belongs to it: ids, hashes, codes, reasons; docs/reference/events.md says what for each type.',
      }),
    }),
  });
};
