/** For SQL: the steps of a plan `p` as an array, each with what the database may know of it, plain or encrypted. */
export const stepsOf = (p: string): string => `(coalesce(${p}.outline, ${p}.document::jsonb)->'steps')`;

/** For SQL: the category of the step at a place, counted from 0. */
export const categoryAt = (p: string, place: string): string =>
  `(coalesce(${p}.outline, ${p}.presentation)->'steps'->${place}->'category')`;
