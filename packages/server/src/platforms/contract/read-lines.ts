import type { PlanDocumentStep } from '../../domain/plan.ts';
import type { ChangedLines, LinesQuery } from '../../domain/diff.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Logger } from '../../infra/logger.ts';
import type { PrepareAction } from './prepared-action.ts';

/** A part of the whole change that a step makes to one file; null where there is none, or none can be read now. */
export type ReadLines = (
  step: PlanDocumentStep,
  query: LinesQuery,
  viewer: Principal,
) => Promise<ChangedLines | null>;

const withinMs = 20_000;

/** Reads on in a plan from what its hash covers: the step's params and its precondition. */
export const createReadLines =
  (prepare: PrepareAction, logger: Logger): ReadLines =>
  async (step, query, viewer) => {
    // What earlier steps of the run leave cannot be read from where things are.
    if (step.after) return null;
    const prepared = prepare(step.action, step.params, '');
    if (!prepared.ok) return null;
    try {
      return await prepared.action.lines(query, {
        signal: AbortSignal.timeout(withinMs),
        tenantId: viewer.tenantId,
        principalId: viewer.id,
        priority: 'NORMAL',
        precondition: step.precondition,
        logger,
      });
    } catch (error) {
      logger.warn({ err: error, step: step.name }, 'the lines of a plan could not be read');
      return null;
    }
  };
