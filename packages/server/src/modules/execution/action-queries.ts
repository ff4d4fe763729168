import { stepStates, type Priority } from '@countersign/shared';
import { z } from 'zod';
import { patternsOf, type ActionPatterns } from '../../domain/action-patterns.ts';
import { accepted, refused, type Outcome } from '../../domain/errors.ts';
import { isCarriable } from '../../domain/json.ts';
import { sightOf } from '../../domain/sight.ts';
import type { ActionFilter, ActionRecord, ActionStore, WaitingAction } from '../../record/action-store.ts';
import { filterId, instant, optional } from '../inputs.ts';
import { namedAt, refusalOfNames, type FindNamed } from '../named-ids.ts';
import { defineQuery } from '../operation.ts';

export interface ActionPage {
  readonly actions: readonly ActionRecord[];
  /** How many match; 10,000 stands for as many or more. */
  readonly total: number;
  readonly limit: number;
  readonly offset: number;
}

export interface ActionHabits {
  readonly actions: readonly ActionRecord[];
  readonly patterns: ActionPatterns;
}

export type WaitingByLane = Readonly<Record<Priority, readonly WaitingAction[]>>;

const bounds = { limit: 500, offset: 10_000, waiting: 100 };

/** A text that no store carries matches nothing; it would be refused by the database. */
const wanted = (max: number) =>
  optional(z.string().max(max).refine(isCarriable, 'holds a NUL or half of a surrogate pair'));

const span = {
  from: optional(instant).describe(
    'Ended at this moment or later; what has not ended, began or is due then.',
  ),
  to: optional(instant).describe('Before this moment.'),
};
const howMany = (usual: number) =>
  z
    .int()
    .min(1)
    .max(bounds.limit)
    .nullish()
    .transform((limit) => limit ?? usual)
    .describe(`How many: 1 to ${bounds.limit}, ${usual} by default.`);

/** Actions as whoever looks at many of them sees them: of all tasks, in the order of their end. */
export const createActionQueries = (store: ActionStore, findPrincipals: FindNamed) => ({
  actions: defineQuery({
    name: 'actions',
    description: 'Actions of all tasks: those that have not ended first, then the latest.',
    input: z.strictObject({
      platform: wanted(64).describe('On this platform.'),
      states: optional(z.array(z.enum(stepStates)).max(stepStates.length)).describe(
        'In one of these states.',
      ),
      ...span,
      limit: howMany(50),
      offset: z
        .int()
        .min(0)
        .max(bounds.offset)
        .nullish()
        .transform((offset) => offset ?? 0)
        .describe('How many to leave out: at most 10,000.'),
    }),
    async view({ viewer }, { limit, offset, ...filter }): Promise<Outcome<ActionPage>> {
      const sight = sightOf(viewer);
      const [actions, total] = await Promise.all([
        store.page(sight, filter, limit, offset),
        store.count(sight, filter),
      ]);
      return accepted({ actions, total, limit, offset });
    },
  }),
  actionHistory: defineQuery({
    name: 'actionHistory',
    description:
      'Actions that were done for whom and from where, and what is usual among the latest 10,000 of them.',
    input: z.strictObject({
      ...span,
      submittedById: optional(filterId).describe('Of tasks that this principal submitted.'),
      source: wanted(128).describe('Of tasks that came from there, by their own word.'),
      tags: optional(
        z.array(z.string().max(64).refine(isCarriable, 'holds a NUL or half of a surrogate pair')).max(50),
      ).describe('Of tasks with all of these tags.'),
      limit: howMany(100),
    }),
    async view({ viewer }, { limit, ...filter }): Promise<Outcome<ActionHabits>> {
      const sight = sightOf(viewer);
      const named = namedAt('submittedById', filter.submittedById);
      const no = await refusalOfNames(viewer, [{ what: 'principal', named, find: findPrincipals }]);
      if (no) return refused(no);
      const [actions, counts] = await Promise.all([
        store.page(sight, filter, limit, 0),
        store.countByHabit(sight, filter),
      ]);
      return accepted({ actions, patterns: patternsOf(withinSpan(counts, filter)) });
    },
  }),
  waitingActions: defineQuery({
    name: 'waitingActions',
    description: `Actions of your tenant that could run and wait for a slot, lane by lane: the first ${bounds.waiting} of each.`,
    input: z.strictObject({}),
    async view({ viewer }): Promise<Outcome<WaitingByLane>> {
      const all = await store.waiting(sightOf(viewer), bounds.waiting);
      const of = (lane: Priority) => all.filter(({ priority }) => priority === lane);
      return accepted({ CRITICAL: of('CRITICAL'), HIGH: of('HIGH'), NORMAL: of('NORMAL'), LOW: of('LOW') });
    },
  }),
});

/** Whoever asks about a span means its days, those without any action too. */
const withinSpan = <Counts extends { readonly since: Date; readonly until: Date }>(
  counts: Counts,
  { from, to }: Pick<ActionFilter, 'from' | 'to'>,
): Counts => ({ ...counts, since: from ?? counts.since, until: to && to < counts.until ? to : counts.until });
