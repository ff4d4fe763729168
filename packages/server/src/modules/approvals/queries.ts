import { approvalViews, environments, expiresSoonMs, risks } from '@countersign/shared';
import { z } from 'zod';
import type { ApprovalRequest } from '../../domain/approval-request.ts';
import { accepted, invalidInput, refused, type Outcome } from '../../domain/errors.ts';
import { notACursorOf } from '../../domain/list-cursor.ts';
import { sightOf, type Sight } from '../../domain/sight.ts';
import type { Clock } from '../../infra/clock.ts';
import type { ApprovalFilter } from '../../record/approval-pages.ts';
import type { ApprovalStore } from '../../record/approval-store.ts';
import { filterId, id, idList, listOf, many, optional, pageInput, type Page } from '../inputs.ts';
import { namedAt, refusalOfNames, type FindNamed } from '../named-ids.ts';
import { defineQuery } from '../operation.ts';
import { openPlace, placeOf } from './approval-place.ts';

const filterInput = z
  .strictObject({
    view: z.enum(approvalViews).nullish().meta({ default: 'ALL', description: 'ALL by default.' }),
    environment: optional(z.array(z.enum(environments))).describe('In one of these environments.'),
    risk: optional(z.array(z.enum(risks))).describe('Of one of these risks.'),
    taskId: optional(filterId).describe('About this task.'),
    taskIds: optional(many(filterId)).describe('About one of these tasks; at most 200.'),
  })
  .meta({
    id: 'ApprovalFilter',
    description: 'Which requests. Every field narrows. An id that no task has is refused.',
  });

export interface ApprovalQueryDependencies {
  readonly approvals: Pick<ApprovalStore, 'findById' | 'openPage' | 'decidedPage' | 'count'>;
  readonly findTasks: FindNamed;
  readonly clock: Clock;
}

export const createApprovalQueries = (deps: ApprovalQueryDependencies) => ({
  approval: defineQuery({
    name: 'approval',
    description: 'One request, or null where there is none with this id.',
    input: z.strictObject({ id: id.describe('Its UUID.') }),
    view: async ({ viewer }, input) => accepted(await deps.approvals.findById(sightOf(viewer), input.id)),
  }),
  approvals: defineQuery({
    name: 'approvals',
    description:
      'Requests for approval. Open ones in the order in which they need people: what ends within five minutes first, then by lane, by risk and by their end. Decided ones newest first.',
    input: z.strictObject({
      filter: optional(filterInput).describe('Which requests; all open ones where left out.'),
      ...pageInput(z.string().meta({ format: 'cursor' })),
    }),
    async view({ viewer }, { filter: wanted = {}, first, after }) {
      const { view, taskId, taskIds, ...rest } = wanted as Partial<z.output<typeof filterInput>>;
      const named = [...namedAt('filter.taskId', taskId), ...namedAt('filter.taskIds', taskIds)];
      const no = await refusalOfNames(viewer, [{ what: 'task', named, find: deps.findTasks }]);
      if (no) return refused(no);
      const filter: ApprovalFilter = {
        ...rest,
        view: view ?? 'ALL',
        viewerId: viewer.id,
        taskIds: inBoth(taskId === undefined ? undefined : [taskId], taskIds),
      };
      const pages = filter.view === 'DECIDED' ? decidedPage : openPage;
      return pages(deps, sightOf(viewer), filter, first, after);
    },
  }),
});

export type ApprovalQueries = ReturnType<typeof createApprovalQueries>;

const inBoth = (one?: readonly string[], other?: readonly string[]): readonly string[] | undefined =>
  one && other ? one.filter((item) => other.includes(item)) : (one ?? other);

type Pages = (
  deps: ApprovalQueryDependencies,
  sight: Sight,
  filter: ApprovalFilter,
  first: number,
  after: string | undefined,
) => Promise<Outcome<Page<ApprovalRequest>>>;

/** Requests in another order are another list. */
const names = { open: 'approvals', decided: 'approvals of view DECIDED' };
const open = listOf(names.open, openPlace);
const decided = idList(names.decided);

const notACursor = (list: string, after: string) =>
  refused(invalidInput([{ path: 'after', message: notACursorOf(list, after) }]));

const openPage: Pages = async ({ approvals, clock }, sight, filter, first, after) => {
  const place = open.after(after);
  if (after !== undefined && !place) return notACursor(names.open, after);
  const soonUntil = place?.soonUntil ?? new Date(clock.now().getTime() + expiresSoonMs);
  const rows = await approvals.openPage(sight, filter, first + 1, { soonUntil, after: place });
  const count = () => approvals.count(sight, filter);
  return accepted(open.page(rows, first, (request) => placeOf(request, soonUntil), count));
};

const decidedPage: Pages = async ({ approvals }, sight, filter, first, after) => {
  const place = decided.after(after);
  if (after !== undefined && !place) return notACursor(names.decided, after);
  const rows = await approvals.decidedPage(sight, filter, first + 1, place);
  const count = () => approvals.count(sight, filter);
  return accepted(decided.page(rows, first, (request) => request.id, count));
};
