import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { PlanCall } from '../contract/executor.ts';
import { ExecutorError, stillThere } from '../kit/executor-error.ts';
import type { ClientContext } from '../kit/guarded-fetch.ts';
import type { Secrets } from '../kit/secrets.ts';
import { boardNameOf, type Account } from './account.ts';
import { createTrelloApi, type Card, type CardChange, type List, type TrelloApi } from './trello-api.ts';

/** What every action of Trello is made with. */
export interface TrelloSetup {
  readonly account: Account;
  readonly secrets: Secrets;
  /** How long after an attempt a look at Trello shows what came of it. */
  readonly settleMs?: number;
}

export const openTrello = ({ account, secrets }: TrelloSetup, context: ClientContext): TrelloApi => {
  const { apiUrl, keySecret, tokenSecret } = account;
  const credentials = () => ({ key: secrets.reveal(keySecret), token: secrets.reveal(tokenSecret) });
  return createTrelloApi({ apiUrl, credentials }, context);
};

export const isGone = (error: unknown): boolean =>
  error instanceof ExecutorError && error.code === 'RESOURCE_NOT_FOUND';

export interface AllowedCard {
  readonly card: Card;
  /** As configuration names it. */
  readonly board: string;
}

/** What an action leaves of a card, for those that are planned upon it. */
const leftCard = z.object({
  card: z.string(),
  change: z.object({
    name: z.string().optional(),
    desc: z.string().optional(),
    due: z.string().nullable().optional(),
    dueComplete: z.boolean().optional(),
    idList: z.string().optional(),
    closed: z.boolean().optional(),
  }),
});

export const leftOf = ({ id }: Card, change: CardChange): Json => ({ card: id, change });

/** The card as it will be once the steps before have changed it. */
const asForeseen = (card: Card, foreseen: readonly Json[]): Card =>
  foreseen.reduce<Card>((before, left) => {
    const { data } = leftCard.safeParse(left);
    return data?.card === card.id ? { ...before, ...withoutGaps(data.change) } : before;
  }, card);

const withoutGaps = (change: z.output<typeof leftCard>['change']): Partial<Card> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

/** A card of a board that configuration names, or why not; in planning, as the steps before will have left it. */
export const findCard = async (
  setup: TrelloSetup,
  id: string,
  context: ClientContext & Pick<PlanCall, 'foreseen'>,
  path = 'cardId',
): Promise<Outcome<AllowedCard>> => {
  let card: Card;
  try {
    card = asForeseen(await openTrello(setup, context).card(id), context.foreseen ?? []);
  } catch (error) {
    if (!isGone(error)) throw error;
    return refused(refusalAt(path, 'RESOURCE_NOT_FOUND', `The token sees no card ${quoted(id)}.`));
  }
  const board = boardNameOf(setup.account, card.idBoard);
  return board === null ? refusedBoard(setup, path, `The card ${quoted(id)}`) : accepted({ card, board });
};

/** A card is changed and moved on its board alone: whoever wants that of an archived one takes it back first. */
export const refusedArchived = (where: string): Outcome<never> =>
  refused(refusalAt('cardId', 'PRECONDITION_FAILED', `${where} is in the archive.`));

export const refusedBoard = ({ account }: TrelloSetup, path: string, what: string): Outcome<never> =>
  refused(
    refusalAt(path, 'POLICY_DENIED', `${what} is on no board that configuration names.`, {
      setting: 'trello.boards',
      suggestions: Object.keys(account.boards).slice(0, 10),
    }),
  );

/** As `findCard`, of what was allowed when it was planned: what is not any more is thrown. */
export const openCard = async (setup: TrelloSetup, id: string, context: ClientContext): Promise<Card> =>
  stillThere(await findCard(setup, id, context)).card;

/** The names of lists are anybody's words: a "/" in one must not make it look like another place. */
export const listTarget = (board: string, { name }: Pick<List, 'name'>): string =>
  `${board}/${name.replaceAll('/', '%2F')}`;

/** `ops/todo/65a…` */
export const cardTarget = (board: string, list: Pick<List, 'name'>, { id }: Card) => ({
  kind: 'card',
  name: `${listTarget(board, list)}/${id}`,
});

/** Whichever list it is in. */
export const cardClaim = (board: string, { id }: Card): string => `card/${board}/${id}`;

/** `"Fix the login" in "todo" of "ops"` */
export const whereIs = (board: string, list: Pick<List, 'name'>, { name }: Card): string =>
  `${quoted(name)} in ${quoted(list.name)} of ${quoted(board)}`;
