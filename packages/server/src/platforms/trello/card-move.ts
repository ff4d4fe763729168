import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { idSchema } from './account.ts';
import {
  cardClaim,
  cardTarget,
  findCard,
  isGone,
  leftOf,
  listTarget,
  openCard,
  openTrello,
  refusedArchived,
  whereIs,
  type AllowedCard,
  type TrelloSetup,
} from './allowed-cards.ts';
import { trelloReads, type List } from './trello-api.ts';

const input = z
  .strictObject({
    cardId: idSchema.describe('A card of a board that configuration names'),
    listId: idSchema.describe('A list of the same board'),
  })
  .meta({ examples: [{ cardId: '65a0c0de0000000000000101', listId: '65a0c0de0000000000000012' }] });
type Input = z.infer<typeof input>;
type Output = {
  readonly cardId: string;
  readonly listId: string;
  readonly previousListId: string;
  readonly previousPos: number;
};

/** Where the plan found it. */
const foundSchema = z.object({ listId: z.string(), pos: z.number() });

const traits: ActionTraits = {
  name: 'trello.card.move',
  version: 1,
  platform: 'trello',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

/** Moves a card to another list of its board. */
export const createCardMove = (setup: TrelloSetup): ActionExecutor<Input, Output> => {
  const look = async (given: Input, context: ApplyContext): Promise<Reconciliation<Output>> => {
    const { idList, closed } = await openCard(setup, given.cardId, context);
    if (closed) return { kind: 'UNKNOWN' };
    if (idList === given.listId) return { kind: 'FOUND', output: outputOf(given, context) };
    return idList === foundIn(context).listId ? { kind: 'ABSENT' } : { kind: 'UNKNOWN' };
  };
  return {
    traits,
    description: 'Moves a Trello card to another list of its board.',
    input,
    showsWholeEffect: true,
    isAsForeseen: () => true,
    endpointOf: () => setup.account.apiUrl,
    reads: trelloReads,
    plan: async (given, context) => {
      const placed = await findCard(setup, given.cardId, context);
      return placed.ok ? planMove(setup, given, placed.value, context) : placed;
    },
    watch: async ({ cardId }, context) => {
      const { closed, idList } = await openCard(setup, cardId, context);
      return !closed && idList === foundIn(context).listId;
    },
    apply: async (given, context) => {
      const card = await openCard(setup, given.cardId, context);
      if (context.attempt > 1 && card.idList === given.listId) return outputOf(given, context);
      if (card.closed || card.idList !== foundIn(context).listId)
        throw moved('Somebody has moved the card since the plan was made.');
      await openTrello(setup, context).update(card.id, { idList: given.listId });
      return outputOf(given, context);
    },
    verify: async ({ cardId, listId }, _output, context) => {
      const { idList } = await openCard(setup, cardId, context);
      if (idList !== listId) throw notHeld('The card is not in the list that it was moved to.');
    },
    compensate: async (_given, { cardId, listId, previousListId, previousPos }, context) => {
      const { idList } = await openCard(setup, cardId, context);
      if (idList !== previousListId) {
        if (idList !== listId) throw moved('Somebody has moved the card again since.');
        await openTrello(setup, context).update(cardId, { idList: previousListId, pos: previousPos });
      }
      return { cardId, listId: previousListId };
    },
    reconcile: settled(look, setup.settleMs),
  };
};

const foundIn = (context: Pick<ApplyContext, 'precondition'>) => foundSchema.parse(context.precondition);

const outputOf = ({ cardId, listId }: Input, context: ApplyContext): Output => {
  const found = foundIn(context);
  return { cardId, listId, previousListId: found.listId, previousPos: found.pos };
};

const planMove = async (
  setup: TrelloSetup,
  { listId }: Input,
  { card, board }: AllowedCard,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const api = openTrello(setup, context);
  const from = await api.list(card.idList);
  let to: List;
  try {
    to = await api.list(listId);
  } catch (error) {
    if (!isGone(error)) throw error;
    return refused(refusalAt('listId', 'RESOURCE_NOT_FOUND', `The token sees no list ${quoted(listId)}.`));
  }
  const where = whereIs(board, from, card);
  if (to.idBoard !== card.idBoard || to.closed) {
    const message = `${quoted(to.name)} is no open list of ${quoted(board)}, where the card is.`;
    return refused(refusalAt('listId', 'PLATFORM_REJECTED', message));
  }
  if (card.closed) return refusedArchived(where);
  if (to.id === from.id)
    return refused(
      refusalAt('listId', 'NOTHING_TO_CHANGE', `Nothing would change: ${where} is there already.`),
    );
  return accepted({
    summary: `Move ${where} to ${quoted(to.name)}`,
    targets: [cardTarget(board, from, card), { kind: 'list', name: listTarget(board, to) }],
    precondition: { listId: from.id, pos: card.pos },
    claims: [cardClaim(board, card)],
    leaves: leftOf(card, { idList: to.id }),
    output: { cardId: card.id, listId: to.id, previousListId: from.id },
    diffs: [{ type: 'FIELD', path: '/list', before: from.name, after: to.name }],
    findings: [],
  });
};
