import type { JsonObject } from '../domain/json.ts';
import { canonicalJson, sha256 } from '../infra/digest.ts';

/** A step as far as it says what is done, and not where in the order of environments. */
export interface LikenessStep {
  /** `repo.commit@1` */
  readonly action: string;
  readonly params: JsonObject;
  readonly kind?: 'GATE' | undefined;
  readonly expect?: JsonObject | undefined;
}

/** Equal where two plans do the same, in whichever environment. */
export const likenessOf = (steps: readonly LikenessStep[]): string =>
  sha256(
    canonicalJson(
      steps.map(({ action, params, kind, expect }) => ({
        action,
        params,
        ...(kind && { kind }),
        ...(expect && { expect }),
      })),
    ),
    'likeness/v1\0',
  );

/** Longer than what people read of it. */
const longestKind = 200;

/** The kinds of action, sorted, without their versions: what people who approved one know of another. */
export const kindOf = (steps: readonly LikenessStep[]): string => {
  const kind = [...new Set(steps.map(({ action }) => action.replace(/@\d+$/, '')))].sort().join('+');
  return kind.length <= longestKind ? kind : sha256(kind, 'kind/v1\0');
};
