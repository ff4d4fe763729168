import { isFinalStatus, type TaskStatus } from '@countersign/shared';
import { findUnlogged } from './logged-state.ts';
import type { Evidence, StepRow, TaskRow } from './evidence.ts';
import type { LedgerEntry } from '../ledger-file.ts';

/** What a step did to the platform, by the ledger. */
interface Deeds {
  readonly calls: readonly LedgerEntry[];
  readonly applied: readonly LedgerEntry[];
}

type StepWithDeeds = StepRow & Deeds;

/**
 * What contradicts the promises, in words; nothing where all hold. It reads the evidence alone, gathered once nothing
 * moves any more.
 */
export const findFaults = (evidence: Evidence): string[] => {
  const { tasks, entries } = evidence;
  const callsOf = Map.groupBy(entries, ({ idempotencyKey }) => idempotencyKey);
  const steps = evidence.steps.map((step): StepWithDeeds => {
    const calls = (step.key === null ? undefined : callsOf.get(step.key)) ?? [];
    return { ...step, calls, applied: calls.filter(({ outcome }) => outcome === 'APPLIED') };
  });
  const stepsOf = Map.groupBy(steps, ({ taskId }) => taskId);
  const eventsOf = Map.groupBy(evidence.events, ({ taskId }) => taskId);
  return [
    ...findStrangers(steps, entries),
    ...findUnproved(evidence),
    ...tasks.flatMap((task) => {
      const own = stepsOf.get(task.id) ?? [];
      const events = eventsOf.get(task.id) ?? [];
      return [
        ...findRestless(task, own),
        ...findUnapproved(task, own),
        ...own.flatMap((step) => [...findTwice(step), ...findUntrue(step, own), ...findUnfenced(step)]),
        ...findDisorder(own),
        ...findUndoneInPart(task, own),
        ...findUnlogged(task, own, events),
      ].map((fault) => `task ${task.id} (${task.status}): ${fault}`);
    }),
  ];
};

/** Nothing reached the platform but what the record says was meant to. */
const findStrangers = (steps: readonly StepRow[], entries: readonly LedgerEntry[]): string[] => {
  const keys = new Set(steps.map(({ key }) => key));
  return entries
    .filter(({ idempotencyKey }) => !keys.has(idempotencyKey))
    .map(({ number, resource }) => `entry ${number} on ${resource} has no intent`);
};

/** Whoever has the sealed copy alone can prove all of it. */
const findUnproved = ({ audit, events }: Evidence): string[] => [
  ...(audit.fault === null ? [] : [audit.fault]),
  ...events
    .filter(({ seq }) => !audit.seqs.has(seq))
    .map(({ seq, type }) => `${type}, seq ${seq}, is in no seal`),
];

/** Every run ends, or asks a person; in doubt alone it keeps its locks, until that person has answered. */
const findRestless = ({ status, run, hasEnded, locks }: TaskRow, steps: readonly StepRow[]): string[] => [
  ...(isFinalStatus(status as TaskStatus) || ['NEEDS_ATTENTION', 'AWAITING_APPROVAL'].includes(status)
    ? []
    : ['it neither ends nor asks']),
  ...(run !== null && !hasEnded ? ['its run has not ended'] : []),
  ...(hasEnded && locks > 0 && status !== 'NEEDS_ATTENTION' ? [`it keeps ${locks} locks after its end`] : []),
  ...steps
    .filter(({ state }) => ['BLOCKED', 'READY', 'RUNNING'].includes(state))
    .map(({ name, state }) => `${name} is still ${state}`),
];

/** Nothing was done without the word of policy, or of people, on exactly that plan. */
const findUnapproved = ({ mayRun }: TaskRow, steps: readonly StepWithDeeds[]): string[] =>
  steps.flatMap(({ name, calls, effectPlanHash, planHash }) => [
    ...(calls.length > 0 && !mayRun ? [`${name} called its platform without a yes`] : []),
    ...(effectPlanHash !== null && effectPlanHash !== planHash ? [`${name} acts for another plan`] : []),
  ]);

/** Twice at most where a person was asked what had become of the first. */
const findTwice = ({ name, actionType, resolution, state, calls, applied }: StepWithDeeds): string[] => {
  const knowsKeys = !actionType.startsWith('ledger.unmarked');
  const count = knowsKeys ? applied.length : calls.filter(({ outcome }) => outcome !== 'REFUSED').length;
  const isMarked = resolution !== null || state === 'NEEDS_ATTENTION';
  return count > 1 && !isMarked ? [`${name} acted ${count} times and nobody was asked`] : [];
};

/** What the record says of a step is what the platform has. */
const findUntrue = (step: StepWithDeeds, steps: readonly StepWithDeeds[]): string[] => {
  const { name, kind, state, applied } = step;
  const isThere = applied.length > 0;
  if (kind === 'GATE') return isThere ? [`${name} only looks, and has acted`] : [];
  const undoing = steps.find(({ undoes }) => undoes === name);
  const isUndone = (undoing?.applied.length ?? 0) > 0;
  switch (state) {
    case 'SUCCEEDED':
      if (!isThere) return [`${name} succeeded, and the platform knows nothing of it`];
      return isUndone && undoing?.state !== 'NEEDS_ATTENTION'
        ? [`${name} stands by the record, and is undone`]
        : [];
    case 'UNDONE':
      return isThere && isUndone ? [] : [`${name} is undone by the record, and stands`];
    case 'NEEDS_ATTENTION':
      return [];
    default:
      return isThere ? [`${name} is ${state}, and the platform has its effect`] : [];
  }
};

/** The last attempt is the one that counts, and none is left open. */
const findUnfenced = ({ name, effect, effectFence, fence }: StepRow): string[] => [
  ...(effect === 'INTENDED' ? [`${name} left its intent open`] : []),
  ...(effectFence !== null && effectFence > fence ? [`${name} has an effect of a fence never given`] : []),
];

/** Nothing began before what it depends on, and what was done last was undone first. */
const findDisorder = (steps: readonly StepWithDeeds[]): string[] => {
  const firstOf = (step: StepWithDeeds | undefined): number | undefined => step?.applied[0]?.number;
  const undoOf = (name: string) => steps.find(({ undoes }) => undoes === name);
  return steps
    .filter(({ kind }) => kind === 'ACTION')
    .flatMap((step) =>
      step.dependsOn.flatMap((need) => {
        const [own, before] = [firstOf(step), firstOf(steps.find(({ name }) => name === need))];
        const [ownUndo, undoBefore] = [firstOf(undoOf(step.name)), firstOf(undoOf(need))];
        return [
          ...(own !== undefined && before !== undefined && own < before
            ? [`${step.name} acted before ${need}`]
            : []),
          ...(ownUndo !== undefined && undoBefore !== undefined && undoBefore < ownUndo
            ? [`${need} was undone before ${step.name}`]
            : []),
        ];
      }),
    );
};

/** What was rolled back is as it was before, or the record lists what is left. */
const findUndoneInPart = (task: TaskRow, steps: readonly StepWithDeeds[]): string[] => {
  if (!task.isRolledBack || task.status === 'CANCELLED') return [];
  const standing = steps.filter(({ kind, name, applied }) => {
    const isUndone = steps.some(({ undoes, applied: deeds }) => undoes === name && deeds.length > 0);
    return kind === 'ACTION' && applied.length > 0 && !isUndone;
  });
  const told = /Not undone: ([^.]*)\./.exec(task.error?.message ?? '')?.[1]?.split(', ') ?? [];
  return standing
    .filter(
      ({ name, state }) =>
        task.status === 'ROLLED_BACK' || (!told.includes(name) && state !== 'NEEDS_ATTENTION'),
    )
    .map(({ name }) => `it was rolled back, and ${name} stands unlisted`);
};
