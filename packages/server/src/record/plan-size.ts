/**
 * For SQL: whether a plan's document has fewer characters than this. Encrypted, which it is where it has an outline, it
 * takes a third more for base64.
 */
export const isShorter = (plan: string, characters: number): string =>
  `length(${plan}.document) < CASE WHEN ${plan}.outline IS NULL THEN ${characters} ELSE ${Math.ceil((characters * 4) / 3)} END`;
