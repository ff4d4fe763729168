import { quoted } from '@countersign/shared';
import { z } from 'zod';
import type { FieldDiff } from '../../domain/diff.ts';
import { accepted, refusalAt, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { meantPerhaps, nearestNames } from '../../domain/nearest.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { holdsNoMark, markLine, noMark } from '../kit/text-marks.ts';
import { boardNameOf, idSchema } from './account.ts';
import { isGone, listTarget, openCard, openTrello, refusedBoard, type TrelloSetup } from './allowed-cards.ts';
import { dueSchema, holds, longestDesc, nameSchema } from './card-update.ts';
import { trelloReads, type Card, type List, type TrelloApi } from './trello-api.ts';

const mostNames = 20;
const names = z.array(z.string().min(1).max(200)).max(mostNames).default([]);

const input = z
  .strictObject({
    name: nameSchema,
    listId: idSchema.describe('A list of a board that configuration names'),
    desc: z.string().max(longestDesc).refine(holdsNoMark, noMark).default('').describe('Markdown'),
    labels: names.describe('Labels of the board, by their names or IDs'),
    due: dueSchema.optional(),
    members: names.describe('Members of the board, by their user names or IDs'),
  })
  .meta({
    examples: [{ name: 'Order new badges', listId: '65a0c0de0000000000000011', due: '2026-12-24T18:00:00Z' }],
  });
type Input = z.infer<typeof input>;

type Output = {
  readonly cardId: string;
  readonly url: string;
  /** As it was made; null where it was found later, and not as it was made. */
  readonly lastActivity: string | null;
};

/** Whom and what the names in the params stand for. */
const foundSchema = z.object({
  boardId: z.string(),
  idLabels: z.array(z.string()),
  idMembers: z.array(z.string()),
});

const traits: ActionTraits = {
  name: 'trello.card.create',
  version: 1,
  platform: 'trello',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 60_000, network: 'INTERNET' },
};

/**
 * Makes a card. Trello makes a second one of a second request, so the key of the effect stands at the end of the
 * description, and is looked for on all boards: somebody may have moved or archived the card by then.
 */
export const createCardCreate = (setup: TrelloSetup): ActionExecutor<Input, Output> => {
  const look = async (given: Input, context: ApplyContext): Promise<Reconciliation<Output>> => {
    const { boardId } = foundSchema.parse(context.precondition);
    const others = Object.values(setup.account.boards).flatMap(({ id }) => (id === boardId ? [] : [id]));
    const found = await findMarked(openTrello(setup, context), boardId, others, context.idempotencyKey);
    if (found === 'UNKNOWN' || found === null) return { kind: found ?? 'ABSENT' };
    const isAsMade =
      !found.closed && holds(found, contentOf(given, context)) && found.idList === given.listId;
    return { kind: 'FOUND', output: { ...outputOf(found), ...(isAsMade ? {} : { lastActivity: null }) } };
  };
  return {
    traits,
    description: 'Makes a card in a list of a Trello board that configuration names.',
    input,
    showsWholeEffect: true,
    endpointOf: () => setup.account.apiUrl,
    reads: trelloReads,
    plan: (given, context) => planCreate(setup, given, context),
    apply: makeOnce(look, async (given, context) => {
      const { idLabels, idMembers } = foundSchema.parse(context.precondition);
      const card = { ...contentOf(given, context), idList: given.listId, idLabels, idMembers };
      return outputOf(await openTrello(setup, context).create(card));
    }),
    verify: async (given, { cardId }, context) => {
      const card = await openCard(setup, cardId, context);
      if (!holds(card, contentOf(given, context)))
        throw notHeld(`The card ${quoted(given.name)} does not show what it was made with.`);
    },
    compensate: async (_given, { cardId, lastActivity }, context) => {
      const card = await openCard(setup, cardId, context);
      if (!card.closed) {
        if (card.dateLastActivity !== lastActivity)
          throw moved('Somebody has worked on the card since it was made; it is left where it is.');
        await openTrello(setup, context).update(cardId, { closed: true });
      }
      return { cardId, closed: true };
    },
    reconcile: settled(look, setup.settleMs),
  };
};

const contentOf = ({ name, desc, due }: Input, { idempotencyKey }: ApplyContext) => ({
  name,
  desc: desc === '' ? markLine(idempotencyKey) : `${desc}\n\n${markLine(idempotencyKey)}`,
  ...(due === undefined ? {} : { due: new Date(due).toISOString() }),
});

const outputOf = ({ id, url, dateLastActivity }: Card): Output => ({
  cardId: id,
  url,
  lastActivity: dateLastActivity,
});

const pageSize = 100;
const mostPages = 10;

type Marked = Card | 'UNKNOWN' | null;

/**
 * The card with this key, on its board or one of the others, as far as the token sees those. UNKNOWN where a board has
 * more cards than anybody reads.
 */
const findMarked = async (
  api: TrelloApi,
  boardId: string,
  others: readonly string[],
  key: string,
): Promise<Marked> => {
  let marked = await findMarkedOn(api, boardId, key);
  for (const other of others) {
    if (marked !== null && marked !== 'UNKNOWN') break;
    const found = await findMarkedOn(api, other, key).catch((error: unknown) => {
      if (!isGone(error)) throw error;
      return null;
    });
    marked = found ?? marked;
  }
  return marked;
};

/** Among the newest of a board. */
const findMarkedOn = async (api: TrelloApi, boardId: string, key: string): Promise<Marked> => {
  let before: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const cards = await api.cardsOf(boardId, pageSize, before);
    const found = cards.find(({ desc }) => desc.includes(markLine(key)));
    if (found) return found;
    if (cards.length < pageSize) return null;
    before = cards.map(({ id }) => id).toSorted()[0];
  }
  return 'UNKNOWN';
};

const planCreate = async (
  setup: TrelloSetup,
  given: Input,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const api = openTrello(setup, context);
  let list: List;
  try {
    list = await api.list(given.listId);
  } catch (error) {
    if (!isGone(error)) throw error;
    const message = `The token sees no list ${quoted(given.listId)}.`;
    return refused(refusalAt('listId', 'RESOURCE_NOT_FOUND', message));
  }
  const board = boardNameOf(setup.account, list.idBoard);
  if (board === null) return refusedBoard(setup, 'listId', `The list ${quoted(list.name)}`);
  if (list.closed) {
    const message = `The list ${quoted(list.name)} is in the archive.`;
    return refused(refusalAt('listId', 'PRECONDITION_FAILED', message));
  }
  const labels = given.labels.length > 0 ? await api.labelsOf(list.idBoard) : [];
  const members = given.members.length > 0 ? await api.membersOf(list.idBoard) : [];
  const idLabels = idsOf(
    'labels',
    given.labels,
    labels.map(({ id, name }) => ({ id, name })),
  );
  const idMembers = idsOf(
    'members',
    given.members,
    members.map(({ id, username }) => ({ id, name: username })),
  );
  if (!idLabels.ok) return idLabels;
  if (!idMembers.ok) return idMembers;
  const field = (path: string, after: Json): FieldDiff => ({ type: 'FIELD', path, before: null, after });
  return accepted({
    summary: `Create the card ${quoted(given.name)} in ${quoted(list.name)} of ${quoted(board)}`,
    targets: [{ kind: 'list', name: listTarget(board, list) }],
    precondition: { boardId: list.idBoard, idLabels: idLabels.value, idMembers: idMembers.value },
    // Others may make cards there at the same time.
    claims: [],
    diffs: [
      field('/name', given.name),
      field(
        '/desc',
        [given.desc, markLine('(the key of this effect)')].filter((text) => text !== '').join('\n\n'),
      ),
      ...(given.due === undefined ? [] : [field('/due', given.due)]),
      ...(given.labels.length > 0 ? [field('/labels', given.labels)] : []),
      ...(given.members.length > 0 ? [field('/members', given.members)] : []),
    ],
    findings: [],
  });
};

const idsOf = (
  param: string,
  wanted: readonly string[],
  known: readonly { readonly id: string; readonly name: string }[],
): Outcome<string[]> => {
  const found = wanted.map((word) => known.find(({ id, name }) => word === id || word === name)?.id);
  const missing = found.indexOf(undefined);
  if (missing === -1) return accepted([...new Set(found.filter((id) => id !== undefined))]);
  return refused(
    unknownName(
      `${param}[${missing}]`,
      wanted[missing] ?? '',
      known.map(({ name }) => name),
    ),
  );
};

const unknownName = (path: string, word: string, known: readonly string[]): Refusal =>
  refusalAt(
    path,
    'RESOURCE_NOT_FOUND',
    `The board knows no ${quoted(word)}${meantPerhaps(word, known) || '.'}`,
    {
      suggestions: nearestNames(word, known),
    },
  );
