import type { ErrorCode } from '../domain/error-catalogue.ts';
import { refusal, refused, type Refusal } from '../domain/errors.ts';
import { hasRight, type Caller, type Right } from '../domain/principal.ts';
import { sightOf } from '../domain/sight.ts';
import type { OperationLine } from './operation-line.ts';
import type { Attempts } from '../modules/audit/index.ts';
import type { FindNamed } from '../modules/named-ids.ts';
import { namedTasks } from '../modules/named-tasks.ts';
import type { AnyOperation } from '../modules/operation.ts';

/** What nobody may do is on record when somebody tries it, through whichever door. */
const refusedAttempts: ReadonlySet<ErrorCode> = new Set([
  'AUTHORIZATION_FAILED',
  'SELF_APPROVAL',
  'NOT_ELIGIBLE',
]);

/** Counts one operation of a right; milliseconds to wait first, or null to go on. */
export type LimitOf = (caller: Caller, right: Right) => number | null;

interface Watch {
  readonly attempts: Attempts;
  readonly limitOf: LimitOf;
  readonly line: Pick<OperationLine, 'run'>;
  /** Whether somebody sees all tasks that an input names. Who lacks a right is told of that instead. */
  readonly isInSight: (viewer: Caller, right: Right, input: unknown) => Promise<boolean>;
}

export const createIsInSight =
  (findTasks: FindNamed): Watch['isInSight'] =>
  async (viewer, right, input) => {
    if (!sightOf(viewer).only || !hasRight(viewer, right)) return true;
    const named = namedTasks(input);
    return named.length === 0 || (await findTasks(viewer, named)).length === named.length;
  };

/** All operations, each within its limit and in its turn, of tasks in sight alone, and with refused attempts on record. */
export const watched = <Each extends Readonly<Record<string, AnyOperation>>>(
  { attempts, limitOf, line, isInSight }: Watch,
  all: Each,
): Each =>
  Object.fromEntries(
    Object.entries(all).map(([name, operation]) => {
      const execute: AnyOperation['execute'] = async (call, input) => {
        const waitMs = limitOf(call.viewer, operation.right);
        if (waitMs !== null) return refused(tooMany(waitMs));
        const outcome = await inTurn(line, call.viewer, operation.right, async () =>
          (await isInSight(call.viewer, operation.right, input))
            ? await operation.execute(call, input)
            : refused(unknownTask),
        );
        if (!outcome.ok && refusedAttempts.has(outcome.refusal.code)) {
          const { tenantId, id: actorId } = call.viewer;
          attempts.note({ kind: 'REFUSED', tenantId, actorId, operation: name, code: outcome.refusal.code });
        }
        return outcome;
      };
      return [name, { ...operation, execute }];
    }),
  ) as Each;

/** Who stops what goes wrong waits for nobody. */
const inTurn = <Value>(
  line: Pick<OperationLine, 'run'>,
  viewer: Caller,
  right: Right,
  work: () => Promise<Value>,
) => (right === 'STOP' ? work() : line.run(viewer, work));

const unknownTask = refusal('RESOURCE_NOT_FOUND', 'There is no such task.');

const tooMany = (waitMs: number): Refusal => ({
  ...refusal('RATE_LIMIT_EXCEEDED', 'Too many operations of this kind. Wait, then try again.'),
  retryAfterMs: Math.ceil(waitMs),
});
