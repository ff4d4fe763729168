import type { GoalScope } from '../../domain/goal-scope.ts';
import { wordsOf } from '../../domain/goal-routing.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Task } from '../../domain/task.ts';

/** Looks assets up by words of the requester. Null where it could not be asked, or outsiders may have written it. */
export type FindAssets = (question: JsonObject) => Promise<readonly JsonObject[] | null>;

const kinds = ['server', 'deployment', 'image', 'service', 'database', 'cluster'] as const;
const mostWords = 6;
const mostRows = 100;

/** Words that ask for something rather than name it. */
const said = new Set(
  `a all an and any are at be by can check do find fix for from get give has have how in into is it its make me my of
   on or our out please put run set show that the their them these they this those to under up us use we what which
   with your restart scale patch update upgrade deploy roll report list drift compliance incident cost security image
   create post say move open close production staging development prod dev`.split(/\s+/),
);

const textOf = ({ goal, justification, context }: Task): string =>
  [goal, justification ?? '', context ? JSON.stringify(context) : ''].join('\n');

/**
 * Settles what a plan may act on, from the requester's words alone: whoever plans has read nothing yet, so nothing that
 * it will read can add to it.
 */
export const settleScope = async (
  task: Task,
  places: GoalScope['places'],
  find: FindAssets,
): Promise<GoalScope> => {
  const text = textOf(task);
  const words = wordsOf(task.goal);
  const kind = kinds.find((one) => words.some((word) => word === one || word === `${one}s`));
  const base = { limit: mostRows, environment: task.environment, ...(kind ? { kind } : {}) };
  const names = (task.goal.match(/[\p{L}\p{N}][\p{L}\p{N}_.-]*/gu) ?? [])
    .map((name) => name.replace(/[._-]+$/, ''))
    .filter((name) => name.length > 1 && !said.has(name.toLowerCase()) && !isKind(name.toLowerCase()));
  let rows: readonly JsonObject[] | null = null;
  for (const search of [...new Set(names)].slice(0, mostWords)) {
    const found = await find({ ...base, search });
    if (found === null) break;
    // A word that names no asset says something else.
    if (found.length === 0) continue;
    rows = rows === null ? found : common(rows, found);
  }
  if (rows === null && kind) rows = await find(base);
  return { text, rows: rows ?? [], places };
};

const isKind = (word: string): boolean => kinds.some((kind) => word === kind || word === `${kind}s`);

/** Those of both; where they have none in common, of either: each was asked for. */
const common = (one: readonly JsonObject[], other: readonly JsonObject[]): readonly JsonObject[] => {
  const ids = new Set<Json | undefined>(other.map(({ id }) => id));
  const both = one.filter(({ id }) => ids.has(id));
  return both.length > 0 ? both : [...one, ...other];
};
