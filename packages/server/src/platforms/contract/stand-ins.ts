import { refusal, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import {
  findReferences,
  replacedAt,
  standInOf,
  valueAtPath,
  type Path,
  type PlacedReference,
} from '../../domain/references.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import type { AnyExecutor } from './executor.ts';
import { joinPath, parseParams } from './registry.ts';

export type ParsedWithStandIns =
  | {
      readonly ok: true;
      /** What the executor is given: texts stand for what nobody knows yet. */
      readonly input: unknown;
      /** The same with the references themselves. */
      readonly params: JsonObject;
      readonly references: readonly PlacedReference[];
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Parses params in which values of earlier steps are still to come: each is parsed as a text that says so. Where the
 * action's schema takes no such text (a number, one of a few words, an address), people would approve what they cannot
 * see, so no reference may stand there.
 */
export const parseWithStandIns = (
  executor: AnyExecutor,
  params: unknown,
  path: string,
): ParsedWithStandIns => {
  const { references, faults } = isJsonObject(params) ? findReferences(params) : nothingFound;
  if (faults.length > 0)
    return {
      ok: false,
      faults: faults.map((fault) => ({ path: joinPath(path, fault.path), message: fault.message })),
    };
  if (references.length === 0) {
    const parsed = parseParams(executor, params, path);
    return parsed.ok
      ? { ok: true, input: parsed.value, params: parsed.value as JsonObject, references }
      : parsed;
  }
  const standIns = references.map((reference) => ({ path: reference.path, value: standInOf(reference) }));
  const parsed = parseParams(executor, replacedAt(params as JsonObject, standIns), path);
  if (!parsed.ok)
    return { ok: false, faults: parsed.faults.map((fault) => explained(fault, references, path)) };
  const input = parsed.value as JsonObject;
  const moved = standIns.find((standIn) => valueAtPath(input, standIn.path) !== standIn.value);
  if (moved) return { ok: false, faults: [misplaced(moved.path, path)] };
  const whole = replacedAt(
    input,
    references.map((reference) => ({ path: reference.path, value: markOf(reference) })),
  );
  // A text that the schema has made of it would be taken for what it says.
  const copied = references.find((reference) => mentions(whole, reference));
  if (copied) return { ok: false, faults: [misplaced(copied.path, path)] };
  return { ok: true, input, params: whole, references };
};

/**
 * What is acted on is what people approve: no value that is still to come may decide about it.
 */
export const keepsStandInsOut = (
  planned: Outcome<PlannedAction>,
  references: readonly PlacedReference[],
): Outcome<PlannedAction> => {
  if (references.length === 0) return planned;
  if (!planned.ok) return refused(explainedRefusal(planned.refusal, references));
  const { targets, claims = [], precondition } = planned.value;
  const place = [targets, claims, precondition];
  const faults = references
    .filter((reference) => mentions(place, reference))
    .map((reference): Fault => ({ ...misplaced(reference.path, ''), code: 'POLICY_DENIED' }));
  return faults.length > 0
    ? refused(refusal('SCHEMA_VALIDATION_FAILED', decides, { details: { kind: 'FAULTS', faults } }))
    : planned;
};

const decides = 'A value of an earlier step would decide what is acted on, which people approve.';

/** Where the action cannot be planned with a value that is still to come, the value is what is wrong. */
const explainedRefusal = (reason: Refusal, references: readonly PlacedReference[]): Refusal =>
  reason.details?.kind === 'FAULTS'
    ? {
        ...reason,
        details: {
          kind: 'FAULTS',
          faults: reason.details.faults.map((fault) => explained(fault, references, '')),
        },
      }
    : { ...reason, message: `${reason.message} ${unknownYet}` };

const unknownYet =
  'Some of its params come from earlier steps and are not known yet: it may be that the action cannot be planned without them.';

const nothingFound = { references: [], faults: [] };

const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const markOf = ({ from, pointer }: PlacedReference): JsonObject => ({ $from: from, pointer });

const mentions = (value: unknown, reference: PlacedReference): boolean =>
  JSON.stringify(value).includes(JSON.stringify(standInOf(reference)).slice(1, -1));

const misplaced = (path: Path, base: string): Fault => ({
  path: joinPath(base, path),
  message:
    'cannot come from an earlier step: it decides what is acted on, or how, and people approve that. Say it here, or submit a task of its own once it is known',
});

/** A fault of a text that only stands for something is no word about what the caller wrote. */
const explained = (fault: Fault, references: readonly PlacedReference[], base: string): Fault => {
  const reference = references.find(({ path }) => fault.path.startsWith(joinPath(base, path)));
  return reference ? misplaced(reference.path, base) : fault;
};
