import { refusal, type Refusal } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import { isTooMuch, nothingShown, withShown, type ShownAmount } from '../../domain/shown-amount.ts';

const tooMuchToShow = refusal(
  'SCHEMA_VALIDATION_FAILED',
  'The actions together show more than people can review: split the task.',
);

/** What policy reads of a plan at most: params, targets and what else runs. */
const mostPlanBytes = 1_048_576;

const tooMuchToRun = refusal(
  'SCHEMA_VALIDATION_FAILED',
  `The plan of these actions would take more than ${mostPlanBytes} bytes: split the task.`,
);

const bytesOf = (part: unknown): number => Buffer.byteLength(JSON.stringify(part));

/** How large a plan becomes while its steps are planned. Each step counts once, however often it is planned. */
export interface PlanSize {
  add(name: string, planned: PlannedAction): void;
  drop(name: string): void;
  /** Why it is too large by now; null where it is not. */
  fault(): Refusal | null;
}

interface StepSize {
  readonly shown: ShownAmount;
  readonly bytes: number;
}

export const createPlanSize = (params: readonly JsonObject[]): PlanSize => {
  const sizes = new Map<string, StepSize>();
  let shown = nothingShown;
  let bytes = params.reduce((sum, each) => sum + bytesOf(each), 0);
  const count = (size: StepSize, sign: 1 | -1): void => {
    bytes += sign * size.bytes;
    shown = {
      lines: shown.lines + sign * size.shown.lines,
      characters: shown.characters + sign * size.shown.characters,
    };
  };
  return {
    add(name, planned) {
      const { targets, precondition, claims = [] } = planned;
      const size = {
        shown: withShown(nothingShown, planned),
        bytes: bytesOf({ targets, precondition, claims }),
      };
      sizes.set(name, size);
      count(size, 1);
    },
    drop(name) {
      const size = sizes.get(name);
      if (size) count(size, -1);
      sizes.delete(name);
    },
    fault: () => (isTooMuch(shown) ? tooMuchToShow : bytes > mostPlanBytes ? tooMuchToRun : null),
  };
};
