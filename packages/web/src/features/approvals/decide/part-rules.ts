export interface PartAction {
  readonly name: string;
  /** Names of those that it cannot do without. */
  readonly needs: readonly string[];
}

/** Those that are kept and cannot do without this one. */
export const neededBy = (
  actions: readonly PartAction[],
  kept: ReadonlySet<string>,
  name: string,
): readonly string[] =>
  actions.filter((each) => kept.has(each.name) && each.needs.includes(name)).map((each) => each.name);
