import { expiresSoonMs } from '@countersign/shared';
import type { ApprovalRequest } from '../../../domain/approval.ts';
import type { Principal } from '../../../domain/principal.ts';
import type { Builder } from './builder.ts';
import { idCursor, pageComplexity, pageOf, pageSize, readId, readIds, type Page } from './connection.ts';
import { described } from './enums.ts';
import type { Refs } from './refs.ts';
import { namedAt, refusalOfNames, type FindNamed } from '../../../modules/named-ids.ts';
import { refusalError } from '../errors.ts';
import type { Clock } from '../../../infra/clock.ts';
import type { ApprovalFilter } from '../../../record/approval-pages.ts';
import { openPlace, placeOf } from '../../../modules/approvals/approval-place.ts';
import type { ApprovalService } from '../../../modules/approvals/approval-service.ts';

export interface ApprovalQueryDependencies {
  readonly service: ApprovalService;
  readonly findTasks: FindNamed;
  readonly clock: Clock;
}

export const addApprovalQueries = (
  builder: Builder,
  refs: Refs,
  { service, findTasks, clock }: ApprovalQueryDependencies,
): void => {
  const connection = refs.connectionOf('Approval', refs.approval, { hasTotalCount: true });
  const filter = addApprovalFilter(builder, refs);
  builder.queryFields((t) => ({
    approval: t.field({
      type: refs.approval,
      nullable: true,
      authScopes: { read: true },
      description: 'One request, or null where there is none with this id.',
      args: { id: t.arg.id({ required: true, description: 'Its UUID.' }) },
      resolve: (_root, args, { viewer }) => {
        const id = readId(args.id);
        return id === null ? null : service.findById(viewer, id);
      },
    }),
    approvals: t.field({
      type: connection,
      authScopes: { read: true },
      description:
        'Requests for approval. Open ones in the order in which they need people: what ends within five minutes first, then by lane, by risk and by their end. Decided ones newest first.',
      complexity: pageComplexity,
      args: {
        filter: t.arg({ type: filter, description: 'Which requests; all open ones where left out.' }),
        first: t.arg.int({ description: 'How many: 1 to 200, 50 by default.' }),
        after: t.arg.string({ description: 'The endCursor of the page before.' }),
      },
      resolve: async (_root, { filter: wanted, first, after }, { viewer }) => {
        const size = pageSize(first);
        const taskIds = taskIdsOf(wanted);
        const named = [
          ...namedAt('filter.taskId', wanted?.taskId),
          ...namedAt('filter.taskIds', wanted?.taskIds),
        ];
        const no = await refusalOfNames(viewer, [{ what: 'task', named, find: findTasks }]);
        if (no) throw refusalError(no);
        const given = {
          view: wanted?.view ?? 'ALL',
          viewerId: viewer.id,
          environment: wanted?.environment ?? undefined,
          risk: wanted?.risk ?? undefined,
          taskIds,
        };
        return given.view === 'DECIDED'
          ? decidedPage(service, viewer, given, size, after)
          : openPage(service, viewer, given, size, after, clock.now());
      },
    }),
  }));
};

/** Those in both, where both are given. */
const taskIdsOf = (
  wanted:
    { taskId?: string | null | undefined; taskIds?: readonly string[] | null | undefined } | null | undefined,
): readonly string[] | undefined => {
  const one = wanted?.taskId == null ? undefined : readIds([wanted.taskId], 'filter.taskId');
  const many = readIds(wanted?.taskIds, 'filter.taskIds');
  return one && many ? one.filter((id) => many.includes(id)) : (one ?? many);
};

type Requests = Promise<Page<ApprovalRequest>>;

const openPage = async (
  service: ApprovalService,
  viewer: Principal,
  filter: ApprovalFilter,
  size: number,
  after: string | null | undefined,
  now: Date,
): Requests => {
  const place = openPlace(after);
  const soonUntil = place?.soonUntil ?? new Date(now.getTime() + expiresSoonMs);
  const rows = await service.openPage(viewer, filter, size + 1, { soonUntil, after: place });
  return pageOf(
    rows,
    size,
    (request) => placeOf(request, soonUntil),
    () => service.count(viewer, filter),
  );
};

const decidedPage = async (
  service: ApprovalService,
  viewer: Principal,
  filter: ApprovalFilter,
  size: number,
  after: string | null | undefined,
): Requests => {
  const rows = await service.decidedPage(viewer, filter, size + 1, idCursor(after));
  return pageOf(
    rows,
    size,
    ({ id }) => id,
    () => service.count(viewer, filter),
  );
};

const addApprovalFilter = (builder: Builder, { enums }: Refs) => {
  const view = builder.enumType('ApprovalView', {
    description: 'Which requests.',
    values: described({
      MINE: 'Those that you can decide and that still need you.',
      ALL: 'Those that are open.',
      DECIDED: 'Those that have ended, however.',
    }),
  });
  return builder.inputType('ApprovalFilter', {
    description: 'Which requests. Every field narrows. An id that no task has is refused.',
    fields: (t) => ({
      view: t.field({ type: view, defaultValue: 'ALL', description: 'ALL by default.' }),
      environment: t.field({ type: [enums.environment], description: 'In one of these environments.' }),
      risk: t.field({ type: [enums.risk], description: 'Of one of these risks.' }),
      taskId: t.id({ description: 'About this task.' }),
      taskIds: t.idList({ description: 'About one of these tasks; at most 200.' }),
    }),
  });
};
