import { setTimeout as sleep } from 'node:timers/promises';
import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { settled } from '../kit/earlier-attempt.ts';
import { amended, classifyError, moved, notHeld } from '../kit/executor-error.ts';
import { idSchema } from './account.ts';
import {
  cardClaim,
  cardTarget,
  findCard,
  isGone,
  openTrello,
  whereIs,
  type AllowedCard,
  type TrelloSetup,
} from './allowed-cards.ts';
import { trelloReads, type Card, type List, type TrelloApi } from './trello-api.ts';

/** To look at each and to delete each is what Trello lets one token do in ten seconds. */
const mostCards = 50;

const input = z
  .strictObject({
    cardIds: z
      .array(idSchema)
      .min(1)
      .max(mostCards, { abort: true })
      .refine((ids) => new Set(ids).size === ids.length, 'Must name each card once.')
      .describe('Cards of boards that configuration names. They do not come back'),
  })
  .meta({ examples: [{ cardIds: ['65a0c0de0000000000000101', '65a0c0de0000000000000102'] }] });
type Input = z.infer<typeof input>;
type Output = { readonly cardIds: readonly string[] };

/** By card: when anybody did anything to it last. */
const foundSchema = z.object({ lastActivity: z.record(z.string(), z.string()) });

const traits: ActionTraits = {
  name: 'trello.cards.delete',
  version: 1,
  platform: 'trello',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: false,
  budget: { timeMs: 120_000, network: 'INTERNET' },
};

/**
 * Deletes cards for good. What was wanted is that they are absent, so a card that is gone is done, whoever deleted it.
 * Once the first of them is gone, a failure is not told as nothing: some are deleted and some are not, which is
 * neither what the plan found nor what was wanted, and a person hears of it.
 */
export const createCardsDelete = (setup: TrelloSetup): ActionExecutor<Input, Output> => {
  const look = async ({ cardIds }: Input, context: ApplyContext): Promise<Reconciliation<Output>> => {
    const present = await presentOf(openTrello(setup, context), cardIds);
    if (present.length === 0) return { kind: 'FOUND', output: { cardIds } };
    const isUntouched = areAll(present, cardIds, context);
    return { kind: isUntouched ? 'ABSENT' : 'UNKNOWN' };
  };
  return {
    traits,
    description: 'Deletes Trello cards for good, with their comments, checklists and attachments.',
    input,
    endpointOf: () => setup.account.apiUrl,
    reads: trelloReads,
    plan: (given, context) => planDelete(setup, given, context),
    watch: async ({ cardIds }, context) =>
      areAll(await presentOf(openTrello(setup, context), cardIds), cardIds, context),
    apply: async ({ cardIds }, context) => {
      const api = openTrello(setup, context);
      const present = await presentOf(api, cardIds);
      const changed = changedIn(present, context);
      if (changed) throw moved(`The card ${quoted(changed.name)} was changed since the plan was made.`);
      await removeAll(api, cardIds, present, context.signal);
      return { cardIds };
    },
    verify: async ({ cardIds }, _output, context) => {
      const present = await presentOf(openTrello(setup, context), cardIds);
      if (present.length > 0) throw notHeld(`${present.length} of ${cardIds.length} cards are still there.`);
    },
    reconcile: settled(look, setup.settleMs),
  };
};

const looksAtOnce = 5;

/** Of all of them, so many at once, in their order. */
const forEach = async <Given, Value>(
  all: readonly Given[],
  ask: (given: Given) => Promise<Value>,
): Promise<Value[]> => {
  const values: Value[] = [];
  for (let start = 0; start < all.length; start += looksAtOnce)
    values.push(...(await Promise.all(all.slice(start, start + looksAtOnce).map(ask))));
  return values;
};

/** Those of the cards that are there. */
const presentOf = async (api: TrelloApi, cardIds: readonly string[]): Promise<Card[]> => {
  const found = await forEach(cardIds, async (id) => {
    try {
      return await api.card(id);
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  });
  return found.filter((card) => card !== null);
};

const areAll = (
  present: readonly Card[],
  cardIds: readonly string[],
  context: Pick<ApplyContext, 'precondition'>,
): boolean => present.length === cardIds.length && changedIn(present, context) === undefined;

const changedIn = (
  present: readonly Card[],
  context: Pick<ApplyContext, 'precondition'>,
): Card | undefined => {
  const { lastActivity } = foundSchema.parse(context.precondition);
  return present.find(({ id, dateLastActivity }) => dateLastActivity !== lastActivity[id]);
};

const removeAll = async (
  api: TrelloApi,
  cardIds: readonly string[],
  present: readonly Card[],
  signal: AbortSignal,
): Promise<void> => {
  for (const [index, { id }] of present.entries()) {
    const gone = cardIds.length - present.length + index;
    try {
      await removeOne(api, id, gone === 0 ? 1 : mostTries, signal);
    } catch (thrown) {
      const error = classifyError(thrown);
      if (gone === 0) throw error;
      const left = present.slice(index).map((card) => card.id);
      throw amended(error, {
        effect: 'UNKNOWN',
        message: `${error.message} Of ${cardIds.length} cards ${gone} are deleted by then, and do not come back.`,
        details: { left, cause: error.details },
      });
    }
  }
};

/** In the middle of it, to give up leaves more to find out than to try again. */
const mostTries = 3;
const defaultWaitMs = 1_000;

const removeOne = async (api: TrelloApi, id: string, tries: number, signal: AbortSignal): Promise<void> => {
  try {
    await api.remove(id);
  } catch (thrown) {
    const error = classifyError(thrown);
    if (isGone(error)) return;
    if (tries <= 1 || !error.retriable || signal.aborted) throw error;
    await sleep(error.retryAfterMs ?? defaultWaitMs, undefined, { signal });
    await removeOne(api, id, tries - 1, signal);
  }
};

const planDelete = async (
  setup: TrelloSetup,
  { cardIds }: Input,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const found = await forEach([...cardIds.entries()], ([index, id]) =>
    findCard(setup, id, context, `cardIds[${index}]`),
  );
  const placed: AllowedCard[] = [];
  for (const outcome of found) {
    if (!outcome.ok) return outcome;
    placed.push(outcome.value);
  }
  const boards = [...new Map(placed.map(({ card, board }) => [board, card.idBoard]))];
  const api = openTrello(setup, context);
  const lists = new Map<string, List>(
    (await forEach(boards, ([, boardId]) => api.listsOf(boardId))).flat().map((list) => [list.id, list]),
  );
  const named = placed.map(({ card, board }) => ({
    card,
    board,
    list: lists.get(card.idList) ?? { name: '?' },
  }));
  const count = placed.length === 1 ? '1 card' : `${placed.length} cards`;
  const of = boards.map(([name]) => quoted(name)).join(', ');
  return accepted({
    summary: `Delete ${count} of ${of} for good`,
    targets: named.map(({ card, board, list }) => cardTarget(board, list, card)),
    precondition: {
      lastActivity: Object.fromEntries(placed.map(({ card }) => [card.id, card.dateLastActivity])),
    },
    claims: placed.map(({ card, board }) => cardClaim(board, card)),
    diffs: [
      {
        type: 'DELETIONS',
        title: `${count} of ${of}`,
        names: named.map(
          ({ card, board, list }) => `${whereIs(board, list, card)}${card.closed ? ', archived' : ''}`,
        ),
      },
    ],
    findings: [
      {
        severity: 'HIGH',
        message: `${count} cannot be brought back, and nor can comments, checklists and attachments; the archive would keep them.`,
      },
    ],
  });
};
