import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import { canonicalJson, sha256 } from '../../infra/digest.ts';
import type { ActionExecutor, ApplyContext, Reconciliation } from '../contract/executor.ts';
import { settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { idSchema } from './account.ts';
import {
  cardClaim,
  cardTarget,
  findCard,
  leftOf,
  openCard,
  openTrello,
  whereIs,
  type TrelloSetup,
} from './allowed-cards.ts';
import { trelloReads, type Card } from './trello-api.ts';

const input = z
  .strictObject({ cardId: idSchema.describe('A card of a board that configuration names') })
  .meta({ examples: [{ cardId: '65a0c0de0000000000000101' }] });
type Input = z.infer<typeof input>;
type Output = { readonly cardId: string };

/** The digest is of what the card says, and tells less than the time at which anybody did anything to it. */
const foundSchema = z.object({ lastActivity: z.string(), digest: z.string() });
const digestOf = ({ name, desc, due, dueComplete, idList }: Card): string =>
  sha256(canonicalJson({ name, desc, due, dueComplete, idList }), 'trello.card');

const traits: ActionTraits = {
  name: 'trello.card.archive',
  version: 1,
  platform: 'trello',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};

/** Puts a card into its board's archive, from where it comes back as it was. */
export const createCardArchive = (setup: TrelloSetup): ActionExecutor<Input, Output> => {
  const isAsFound = (lastActivity: string, context: Pick<ApplyContext, 'precondition'>): boolean =>
    lastActivity === foundSchema.parse(context.precondition).lastActivity;
  const look = async ({ cardId }: Input, context: ApplyContext): Promise<Reconciliation<Output>> => {
    const { closed, dateLastActivity } = await openCard(setup, cardId, context);
    if (closed) return { kind: 'FOUND', output: { cardId } };
    return isAsFound(dateLastActivity, context) ? { kind: 'ABSENT' } : { kind: 'UNKNOWN' };
  };
  return {
    traits,
    description: 'Puts a Trello card into the archive of its board.',
    input,
    // When anybody did something last is not known beforehand; what the card says then is.
    isAsForeseen: (foreseen, found) => foundSchema.parse(foreseen).digest === foundSchema.parse(found).digest,
    endpointOf: () => setup.account.apiUrl,
    reads: trelloReads,
    plan: async ({ cardId }, context) => {
      const placed = await findCard(setup, cardId, context);
      if (!placed.ok) return placed;
      const { card, board } = placed.value;
      const list = await openTrello(setup, context).list(card.idList);
      const where = whereIs(board, list, card);
      if (card.closed)
        return refused(refusalAt('cardId', 'NOTHING_TO_CHANGE', `${where} is in the archive already.`));
      return accepted({
        summary: `Archive ${where}`,
        targets: [cardTarget(board, list, card)],
        precondition: { lastActivity: card.dateLastActivity, digest: digestOf(card) },
        claims: [cardClaim(board, card)],
        leaves: leftOf(card, { closed: true }),
        diffs: [{ type: 'FIELD', path: '/closed', before: false, after: true, isDestructive: true }],
        findings: [],
      });
    },
    watch: async ({ cardId }, context) => {
      const { closed, dateLastActivity } = await openCard(setup, cardId, context);
      return !closed && isAsFound(dateLastActivity, context);
    },
    apply: async ({ cardId }, context) => {
      const card = await openCard(setup, cardId, context);
      if (context.attempt > 1 && card.closed) return { cardId };
      if (card.closed || !isAsFound(card.dateLastActivity, context))
        throw moved('The card was changed since the plan was made.');
      await openTrello(setup, context).update(cardId, { closed: true });
      return { cardId };
    },
    verify: async ({ cardId }, _output, context) => {
      const { closed } = await openCard(setup, cardId, context);
      if (!closed) throw notHeld('The card is not in the archive.');
    },
    compensate: async ({ cardId }, _output, context) => {
      const { closed } = await openCard(setup, cardId, context);
      if (closed) await openTrello(setup, context).update(cardId, { closed: false });
      return { cardId, closed: false };
    },
    reconcile: settled(look, setup.settleMs),
  };
};
