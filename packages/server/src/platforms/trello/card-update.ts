import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { holdsNoNewMark, noMark } from '../kit/text-marks.ts';
import { idSchema } from './account.ts';
import {
  cardClaim,
  cardTarget,
  findCard,
  leftOf,
  openCard,
  openTrello,
  refusedArchived,
  whereIs,
  type AllowedCard,
  type TrelloSetup,
} from './allowed-cards.ts';
import { trelloReads, type Card } from './trello-api.ts';

export const nameSchema = z.string().trim().min(1).max(1_000);
/** Trello takes 16,384 characters; some are left for our mark. */
export const longestDesc = 16_000;
/** To the millisecond, in UTC, as Trello spells it. */
export const dueSchema = z.iso
  .datetime({ offset: true })
  .describe('A time with its offset: 2026-12-24T18:00:00Z');

const fields = ['name', 'desc', 'due', 'dueComplete'] as const;
type Field = (typeof fields)[number];

const input = z
  .strictObject({
    cardId: idSchema.describe('A card of a board that configuration names'),
    name: nameSchema.optional(),
    desc: z.string().max(longestDesc).optional().describe('Markdown; replaces what is there'),
    due: dueSchema.nullable().optional(),
    dueComplete: z.boolean().optional(),
  })
  .refine((given) => fields.some((field) => given[field] !== undefined), 'Must change something of the card.')
  .meta({ examples: [{ cardId: '65a0c0de0000000000000101', due: '2026-12-24T18:00:00Z' }] });
type Input = z.infer<typeof input>;
type Output = { readonly cardId: string; readonly previous: Readonly<Record<string, Json>> };

/** The fields as the plan found them. */
const foundSchema = z.strictObject({
  name: z.string().optional(),
  desc: z.string().optional(),
  due: z.string().nullable().optional(),
  dueComplete: z.boolean().optional(),
});

const traits: ActionTraits = {
  name: 'trello.card.update',
  version: 1,
  platform: 'trello',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

/** Sets fields of a card. Trello has no write that is held to a version: right before it, they are read once more. */
export const createCardUpdate = (setup: TrelloSetup): ActionExecutor<Input, Output> => {
  const look = async (given: Input, context: ApplyContext): Promise<Reconciliation<Output>> => {
    const card = await openCard(setup, given.cardId, context);
    if (card.closed) return { kind: 'UNKNOWN' };
    if (holds(card, changeOf(given))) return { kind: 'FOUND', output: outputOf(given, context) };
    return holds(card, foundIn(context)) ? { kind: 'ABSENT' } : { kind: 'UNKNOWN' };
  };
  return {
    traits,
    description: 'Changes the name, the description or the due date of a Trello card.',
    input,
    showsWholeEffect: true,
    isAsForeseen: () => true,
    endpointOf: () => setup.account.apiUrl,
    reads: trelloReads,
    plan: async (given, context) => {
      const placed = await findCard(setup, given.cardId, context);
      return placed.ok ? planUpdate(setup, given, placed.value, context) : placed;
    },
    watch: async ({ cardId }, context) => {
      const card = await openCard(setup, cardId, context);
      return !card.closed && holds(card, foundIn(context));
    },
    apply: async (given, context) => {
      const card = await openCard(setup, given.cardId, context);
      const change = changeOf(given);
      if (context.attempt > 1 && holds(card, change)) return outputOf(given, context);
      if (card.closed || !holds(card, foundIn(context)))
        throw moved('The card was changed since the plan was made.');
      await openTrello(setup, context).update(card.id, change);
      return outputOf(given, context);
    },
    verify: async (given, _output, context) => {
      const card = await openCard(setup, given.cardId, context);
      if (!holds(card, changeOf(given))) throw notHeld('The card does not show what was written.');
    },
    compensate: async (given, output, context) => {
      const card = await openCard(setup, given.cardId, context);
      const previous = compact(foundSchema.parse(output.previous));
      if (!holds(card, previous)) {
        if (!holds(card, changeOf(given)))
          throw moved('The card was changed since; setting it back would lose that.');
        await openTrello(setup, context).update(card.id, previous);
      }
      return { cardId: given.cardId, restored: Object.keys(previous) };
    },
    reconcile: settled(look, setup.settleMs),
  };
};

type Fields = Partial<Pick<Card, Field>>;

/** What is left out is no change. */
const compact = (given: { readonly [Name in Field]?: Card[Name] | undefined }): Fields =>
  Object.fromEntries(fields.flatMap((field) => (given[field] === undefined ? [] : [[field, given[field]]])));

const changeOf = (given: Input): Fields =>
  compact({ ...given, due: given.due ? new Date(given.due).toISOString() : given.due });

const foundIn = (context: Pick<ApplyContext, 'precondition'>): Fields =>
  compact(foundSchema.parse(context.precondition));

const outputOf = ({ cardId }: Input, context: ApplyContext): Output => ({
  cardId,
  previous: foundIn(context),
});

/** Trello takes white space off the ends of texts. */
const shown = (value: Json | undefined): Json | undefined =>
  typeof value === 'string' ? value.trim() : value;

export const holds = (card: Card, wanted: Fields): boolean =>
  fields.every((field) => wanted[field] === undefined || shown(card[field]) === shown(wanted[field]));

const planUpdate = async (
  setup: TrelloSetup,
  given: Input,
  { card, board }: AllowedCard,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const list = await openTrello(setup, context).list(card.idList);
  const where = whereIs(board, list, card);
  if (card.closed) return refusedArchived(where);
  const change = changeOf(given);
  // What stands there already is its own mark, and may stay.
  if (!holdsNoNewMark(change.desc ?? '', card.desc))
    return refused(refusalAt('desc', 'SCHEMA_VALIDATION_FAILED', noMark));
  const changed = fields.filter((field) => change[field] !== undefined);
  if (holds(card, change)) {
    const message = `Nothing would change: ${where} shows that already.`;
    return refused(refusalAt(changed[0] ?? 'cardId', 'NOTHING_TO_CHANGE', message));
  }
  return accepted({
    summary: `Change the ${changed.map((field) => words[field]).join(' and the ')} of ${where}`,
    targets: [cardTarget(board, list, card)],
    precondition: Object.fromEntries(changed.map((field) => [field, card[field]])),
    claims: [cardClaim(board, card)],
    leaves: leftOf(card, change),
    diffs: changed.map((field) => ({
      type: 'FIELD',
      path: `/${field}`,
      before: card[field],
      after: change[field] ?? null,
      isDestructive: !change[field] && Boolean(card[field]) && field !== 'dueComplete',
    })),
    findings: [],
  });
};

const words: Readonly<Record<Field, string>> = {
  name: 'name',
  desc: 'description',
  due: 'due date',
  dueComplete: 'tick of the due date',
};
