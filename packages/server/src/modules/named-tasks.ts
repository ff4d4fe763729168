/** What callers say of platforms: what is called so there is no task of ours. */
const foreign: ReadonlySet<string> = new Set(['actions', 'params', 'context', 'userModifications']);
const deepest = 3;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The tasks that an input names as what it is about: `taskId`, wherever it stands. What is no id at all is left to the input's own rules. */
export const namedTasks = (input: unknown): string[] => [...new Set(named(input, deepest))];

const named = (value: unknown, depth: number): string[] => {
  if (typeof value !== 'object' || value === null || depth === 0) return [];
  if (Array.isArray(value)) return value.flatMap((each) => named(each, depth));
  return Object.entries(value).flatMap(([name, member]: [string, unknown]) => {
    if (foreign.has(name)) return [];
    if (name === 'taskId')
      return typeof member === 'string' && uuid.test(member) ? [member.toLowerCase()] : [];
    return named(member, depth - 1);
  });
};
