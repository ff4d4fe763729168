import type { Json } from '../../domain/json.ts';
import {
  appliesOnce,
  appliesTwice,
  believesNoLateRead,
  classifies,
  createStage,
  describesItself,
  findsOut,
  foresees,
  honoursAbort,
  looksWhereItSays,
  plansOnly,
  refusesUnknown,
  seesDrift,
  seesLie,
  showsWhatItTakes,
  stopsAtOnce,
  undoes,
  type Stage,
} from './conformance-cases.ts';
import type { ConformanceSetup, ConformanceWorld } from './conformance-setup.ts';

export type {
  ConformanceFailure,
  ConformanceLie,
  ConformanceSetup,
  ConformanceWorld,
  ReceivedRequest,
} from './conformance-setup.ts';

export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/**
 * The cases that every executor passes, ours or a user's. Each runs against a world of its own; give them
 * to a test runner one by one: `for (const { name, run } of conformanceCases(setup)) test(name, run)`.
 */
export const conformanceCases = <Input, Output extends Json, World extends ConformanceWorld<Input, Output>>(
  setup: ConformanceSetup<Input, Output, World>,
): readonly ConformanceCase[] => {
  const { effectsPerApply, drift, lie, lateRead, stall, failures } = setup;
  const onStage = (
    name: string,
    play: (stage: Stage<Input, Output>, world: World) => Promise<void>,
  ): ConformanceCase => ({
    name,
    run: async () => {
      await using world = await setup.createWorld();
      await play(createStage(world), world);
    },
  });
  const disturbed = (
    name: string,
    disturb: ((world: World) => Promise<void>) | null,
    play: (stage: Stage<Input, Output>, disturb: () => Promise<void>) => Promise<void>,
  ): ConformanceCase[] =>
    disturb ? [onStage(name, (stage, world) => play(stage, () => disturb(world)))] : [];
  const cases = [
    onStage('is described well enough to be called', async ({ world }) => describesItself(world)),
    onStage('refuses params that it does not know, with their path', async ({ world }) =>
      refusesUnknown(world),
    ),
    onStage('plans without writing anything', plansOnly),
    onStage('shows whatever it takes', showsWhatItTakes),
    onStage('looks only where it says that it looks', async (stage, { received }) => {
      if (received) await looksWhereItSays(stage, received);
    }),
    onStage('applies, and what it says holds at the platform', (stage) =>
      appliesOnce(stage, effectsPerApply),
    ),
    onStage('makes one effect of two calls with the same key', (stage) =>
      appliesTwice(stage, effectsPerApply),
    ),
    onStage('brings back what was there where it can undo', undoes),
    onStage('leaves what it says that it leaves', foresees),
    onStage('stops before it begins where the signal has fired', stopsAtOnce),
    ...disturbed('refuses to write where the target moved', drift, seesDrift),
    ...disturbed('notices a platform that lies', lie?.arrange ?? null, (stage, disturb) =>
      seesLie(stage, lie?.when ?? 'BEFORE_APPLY', disturb),
    ),
    ...disturbed('believes no look that comes late', lateRead, believesNoLateRead),
    ...disturbed('ends soon after its signal fired, and finds out what came of it', stall, honoursAbort),
  ];
  for (const failure of failures) {
    const play = (stage: Stage<Input, Output>, world: World) =>
      classifies(stage, failure, () => failure.arrange(world));
    cases.push(onStage(`classifies ${failure.name}`, play));
    if (failure.effect !== 'UNKNOWN') continue;
    const findOut = (stage: Stage<Input, Output>, world: World) =>
      findsOut(stage, () => failure.arrange(world));
    cases.push(onStage(`finds out what came of ${failure.name}`, findOut));
  }
  return cases;
};
