import type { Json, JsonObject } from './json.ts';
import type { Fault } from './refusal-details.ts';
import type { ActionRequest } from './task.ts';
import type { Proposable } from './specialist.ts';

/**
 * What a goal's plan may act on, settled before the planner has read anything: things that the requester named, and
 * rows that were found by the requester's words. What a planner reads afterwards adds nothing to it.
 */
export interface GoalScope {
  /** Goal, justification and context, as the requester wrote them. */
  readonly text: string;
  readonly rows: readonly JsonObject[];
  /** Places that need no naming, for the configuration knows no other of their kind. */
  readonly places: readonly GoalPlace[];
}

/** `{ kind: 'channel', name: 'C0OPS' }` */
export interface GoalPlace {
  readonly kind: string;
  readonly name: string;
}

const isPartOfName = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}_-]/u.test(character);

/** Whether a text names something: as a whole, not as a part of a longer name. Capitals do not matter. */
export const namesIt = (text: string, name: string): boolean => {
  const [inside, wanted] = [text.toLowerCase(), name.toLowerCase()];
  if (wanted === '') return false;
  for (let at = inside.indexOf(wanted); at >= 0; at = inside.indexOf(wanted, at + 1)) {
    if (!isPartOfName(inside[at - 1]) && !isPartOfName(inside[at + wanted.length])) return true;
  }
  return false;
};

/** Every text of a row, and the parts of what is a path. */
const leavesOf = (value: Json): readonly string[] => {
  if (typeof value === 'string') return value.includes('/') ? [value, ...value.split('/')] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return (Array.isArray(value) ? value : Object.values(value as JsonObject)).flatMap(leavesOf);
};

/** A test of targets: the values of the params that say what an action acts on. */
export const scopeTest = ({ text, rows, places }: GoalScope): ((target: readonly Json[]) => boolean) => {
  const sole = new Set(places.map(({ name }) => name));
  const leaves = rows.map((row) => new Set(leavesOf(row)));
  return (target) => {
    const texts = target.filter((value) => typeof value === 'string');
    // What is no text could be anything.
    if (texts.length !== target.length || texts.length === 0) return false;
    // Where the configuration leaves no choice, there is none to be led to.
    const others = texts.filter((value) => !sole.has(value));
    return (
      others.every((value) => namesIt(text, value)) ||
      leaves.some((row) => others.every((value) => row.has(value)))
    );
  };
};

/** What is wrong with proposed actions: types that are not the specialist's, targets that nobody asked for. */
export const proposalFaults = (
  actions: readonly ActionRequest[],
  proposable: readonly Proposable[],
  scope: GoalScope,
): readonly Fault[] => {
  const isInScope = scopeTest(scope);
  return actions.flatMap((action, index): Fault[] => {
    const at = `actions[${index}]`;
    const one = proposable.find(({ type }) => type === action.type.split('@')[0]);
    if (!one) return [{ path: `${at}.type`, message: 'is nothing that this agent may propose' }];
    const inner = [
      ...(action.fallback
        ? [{ path: `${at}.fallback`, message: 'is nothing that an agent may propose' }]
        : []),
      ...gateFaults(action, at),
    ];
    const targets = action.targets?.map((own) => ({ ...action.params, ...own })) ?? [action.params];
    const strays = targets.findIndex(
      (params) =>
        !isInScope(one.target.flatMap((name) => (params[name] === undefined ? [] : [params[name]]))),
    );
    const where = action.targets ? `${at}.targets[${strays}]` : `${at}.params`;
    return strays < 0
      ? inner
      : [...inner, { path: where, message: 'acts on something that the goal does not ask for' }];
  });
};

/** A gate only reads; what it reads is held to the same places by its own action type. */
const gateFaults = ({ rollout }: ActionRequest, at: string): Fault[] =>
  rollout?.gate && !rollout.gate.type.endsWith('.status') && !rollout.gate.type.includes('.status@')
    ? [{ path: `${at}.rollout.gate.type`, message: 'is nothing that an agent may propose' }]
    : [];
