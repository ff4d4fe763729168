import { isFinalStatus } from '@countersign/shared';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  anyMoves,
  anyPlan,
  commands,
  copyOf,
  newWorld,
  order,
  perform,
  type CommandName,
  type RunWorld,
} from '../../testing/run-world.ts';

/** What a refusal says that can be done instead, by its words. */
const advice: readonly (readonly [words: RegExp, command: CommandName])[] = [
  [/Cancel the task instead|or cancel it/, 'CANCEL'],
  [/Resume it/, 'RESUME'],
  [/roll it back/, 'ROLLBACK'],
  [/Resolve it first|say what became of it by hand/, 'RESOLVE'],
  [/It can be paused/, 'PAUSE'],
];

const isPossible = (world: RunWorld, command: CommandName): boolean =>
  command === 'RETRY' || command === 'RESOLVE'
    ? world.steps.some((step) => order(copyOf(world), command, step) === null)
    : order(copyOf(world), command) === null;

const expectEffect = (before: RunWorld, after: RunWorld): void => {
  const { run, steps, status } = after;
  const hasChanged =
    status !== before.status || JSON.stringify([run, steps]) !== JSON.stringify([before.run, before.steps]);
  // Who cancels once more is told that it is being cancelled, as the first was.
  expect(hasChanged || run.cancelRequestedAt !== null, 'it did something').toBe(true);
  const moves = steps.some(({ state }) => state === 'READY' || state === 'RUNNING');
  expect(
    run.finishedAt !== null || run.pause !== null || moves,
    'something goes on, or somebody is asked',
  ).toBe(true);
  expect(run.pause !== null, 'the task is paused with its run').toBe(status === 'PAUSED');
};

const expectReason = (world: RunWorld, said: string): void => {
  const { run, status } = world;
  expect(said).toMatch(/^.{10,}\.$/);
  if (run.finishedAt === null)
    expect(said, 'what is under way has not ended').not.toMatch(
      /has ended|Nothing of the task runs|was closed/,
    );
  else
    expect(said, 'what ended is not under way').not.toMatch(/under way|being cancelled|is paused|not paused/);
  if (!isFinalStatus(status)) expect(said, 'the task goes on').not.toMatch(/task (has|was) (ended|closed)/);
  for (const [words, command] of advice)
    if (words.test(said)) expect(isPossible(world, command), `${command}, as it says: ${said}`).toBe(true);
};

/** Each command as it stands now, of each step where it is about one. */
const tryAll = (world: RunWorld, seen: Set<string>, refusedIn: Set<string>): void => {
  for (const command of commands) {
    const isOfStep = command === 'RETRY' || command === 'RESOLVE';
    for (const step of isOfStep ? world.steps : [undefined]) {
      const tried = copyOf(world);
      const refusal = order(tried, command, step);
      const place = `${command} ${step ? `${step.kind} ${step.state}` : ''} in ${world.run.status}`;
      (refusal ? refusedIn : seen).add(place);
      if (refusal) expectReason(world, refusal.message);
      else expectEffect(world, tried);
    }
  }
};

/** What runs have to come by, or nothing is shown. */
const effects: readonly string[] = [
  'CANCEL  in QUEUED',
  'CANCEL  in RUNNING',
  'CANCEL  in PAUSED',
  'PAUSE  in RUNNING',
  'RESUME  in PAUSED',
  'ROLLBACK  in FAILED',
  'ROLLBACK  in NEEDS_ATTENTION',
  'RETRY ACTION FAILED in FAILED',
  'RETRY GATE FAILED in PAUSED',
  'RETRY UNDO FAILED in NEEDS_ATTENTION',
  'RESOLVE ACTION NEEDS_ATTENTION in NEEDS_ATTENTION',
  'RESOLVE UNDO FAILED in NEEDS_ATTENTION',
];
const refusals: readonly string[] = ['SUCCEEDED', 'CANCELLED', 'ROLLED_BACK'].flatMap((status) =>
  ['PAUSE', 'RESUME', 'ROLLBACK'].map((command) => `${command}  in ${status}`),
);

it('every command in every state of a run has an effect, or a refusal that says what keeps it, and what can be done', () => {
  const seen = new Set<string>();
  const refusedIn = new Set<string>();
  const missing = () => [
    ...effects.filter((place) => !seen.has(place)),
    ...refusals.filter((place) => !refusedIn.has(place)),
  ];
  // The rarest is not in every set of runs.
  for (let sets = 0; sets === 0 || (sets < 20 && missing().length > 0); sets += 1)
    fc.assert(
      fc.property(anyPlan, anyMoves, (shape, moves) => {
        const world = newWorld(shape);
        for (const move of moves) {
          perform(world, move);
          tryAll(world, seen, refusedIn);
        }
      }),
      { numRuns: 400 },
    );
  expect(missing()).toEqual([]);
  for (const status of ['QUEUED', 'RUNNING', 'PAUSED'])
    expect([...seen, ...refusedIn]).toContain(`ROLLBACK  in ${status}`);
});
