import { accepted, refusal, refusalAt, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { hasRight, type Principal } from '../../domain/principal.ts';
import { stopMessage, type Stop } from '../../domain/decision.ts';
import { mostSources, withInherited, type TaskSource } from '../../domain/source.ts';
import type { TaskRequest } from '../../domain/task.ts';
import { canonicalJson, sha256 } from '../../infra/digest.ts';
import type { PrepareActions, PreparedStep } from '../../platforms/index.ts';
import type { TaskStore } from '../../record/task-store.ts';
import { readSubmission, type ReadSubmission } from './submission.ts';

export interface Checked extends ReadSubmission {
  /** Equal where two submissions mean the same. */
  readonly requestHash: string;
}

/** Reads a submission, with all that is wrong with it in itself. */
export const checkSubmission = (prepareActions: PrepareActions, input: unknown): Outcome<Checked> => {
  const read = readSubmission(input, prepareActions);
  return read.ok ? accepted({ ...read.value, requestHash: meaningOf(read.value) }) : read;
};

/**
 * The same for what means the same: defaults written out or left out, a version named or not, in any order. What was
 * not given is no part of it, so that a field that comes later leaves the keys of before what they were.
 */
const meaningOf = ({ request, workflow }: ReadSubmission): string => {
  const { idempotencyKey: _key, transactional, sources, ...body } = request;
  const steps = Map.groupBy(workflow.steps, ({ action }) => action);
  const meaning = {
    ...Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)),
    ...(transactional ? { transactional } : {}),
    ...(sources.length > 0 ? { sources } : {}),
    tags: [...new Set(body.tags)].sort(),
    actions: body.actions.map((action, index) => meaningOfAction(action, steps.get(index) ?? [])),
  };
  return sha256(canonicalJson(meaning), 'submission/v3\0');
};

const meaningOfAction = (
  { name, dependsOn, rollout, timeoutMs, fallback }: TaskRequest['actions'][number],
  steps: readonly PreparedStep[],
): JsonObject => {
  const [first] = steps;
  if (!first) throw new Error('An action was not prepared.');
  const { traits, params } = first.prepared;
  const spare = steps.filter(({ fallbackFor }) => fallbackFor !== undefined);
  const instead = spare[0]?.prepared;
  const paramsOf = (kind: PreparedStep['kind']) =>
    steps.flatMap((step) => (step.kind === kind && !spare.includes(step) ? [step.prepared.params] : []));
  return {
    name,
    type: traits.name,
    version: traits.version,
    dependsOn: [...new Set(dependsOn)].sort(),
    ...(rollout
      ? { rollout: { ...rollout }, targets: paramsOf(undefined), gates: paramsOf('GATE') }
      : { params }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(instead && {
      fallback: {
        ...fallback,
        type: actionTypeOf(instead),
        params: rollout ? spare.map(({ prepared }) => prepared.params) : instead.params,
      },
    }),
  } as JsonObject;
};

const actionTypeOf = ({ traits: { name, version } }: PreparedStep['prepared']): string =>
  `${name}@${version}`;

/** By id, those of the tasks that submissions name as theirs that there are, and what they and theirs rest on. */
export type Parents = ReadonlyMap<string, readonly TaskSource[]>;

export const findParents = async (
  tasks: Pick<TaskStore, 'findFamilies'>,
  { tenantId }: Principal,
  checked: readonly Outcome<Checked>[],
): Promise<Parents> => {
  const ids = checked.flatMap((outcome) => (outcome.ok && outcome.value.request.parentTaskId) || []);
  const found = ids.length === 0 ? [] : await tasks.findFamilies(tenantId, [...new Set(ids)]);
  return new Map(found.map(({ id, sources }) => [id, sources]));
};

/** With all that it rests on. Refused: too much, or a source that somebody has quarantined. */
export const withSources = async <Read extends Pick<Checked, 'request'>>(
  sourceStop: SourceStop,
  { tenantId }: Principal,
  checked: Read,
  parents: Parents,
): Promise<Outcome<Read>> => {
  const { request } = checked;
  const { parentTaskId } = request;
  const family = parentTaskId === null ? [] : (parents.get(parentTaskId) ?? []);
  const sources = withInherited(request.sources, parentTaskId, family);
  if (sources.length > mostSources)
    return refused(
      refusalAt(
        'sources',
        'SCHEMA_VALIDATION_FAILED',
        `With those of its parent these are more than ${mostSources}.`,
      ),
    );
  const stop = await sourceStop(tenantId, sources);
  return stop
    ? refused(refusalAt('sources', 'POLICY_DENIED', stopMessage(stop)))
    : accepted({ ...checked, request: { ...request, sources } });
};

/** What keeps a task that rests on these from going on. Never rejects. */
export type SourceStop = (tenantId: string, sources: readonly TaskSource[]) => Promise<Stop | null>;

/** What keeps a caller from making a submission that has nothing wrong in itself; null where nothing does. */
export const refusalFor = (
  viewer: Principal,
  { priority, parentTaskId }: TaskRequest,
  parents: Pick<Parents, 'has'>,
): Refusal | null => {
  if (priority === 'CRITICAL' && !hasRight(viewer, 'EXPEDITE')) return notExpedited;
  return parentTaskId === null || parents.has(parentTaskId) ? null : noParent;
};

const noParent = refusalAt('parentTaskId', 'RESOURCE_NOT_FOUND', 'There is no such task.');

const notExpedited = refusal(
  'AUTHORIZATION_FAILED',
  'Priority CRITICAL needs the operator role, which an administrator gives. Submit as HIGH without it.',
);
