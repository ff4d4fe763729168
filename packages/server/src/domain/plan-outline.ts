import type { PlanDocument, PlanPresentation } from './plan.ts';

/** What the database itself reads of a plan: which steps there are and what they change, with nothing of how. */
export interface PlanOutline {
  /** Of what the plan rests on, only how far it is trusted. */
  readonly sources: readonly { readonly trust: string }[];
  readonly steps: readonly {
    readonly name: string;
    readonly ordinal: number;
    readonly action: string;
    readonly platform: string;
    readonly targets: readonly { readonly kind: string; readonly name: string }[];
    readonly category: string | null;
    readonly undo?: string;
  }[];
}

export const planOutline = (
  { sources = [], steps }: Pick<PlanDocument, 'sources' | 'steps'>,
  shown: Pick<PlanPresentation, 'steps'>,
): PlanOutline => ({
  sources: sources.map(({ trust }) => ({ trust })),
  steps: steps.map(({ name, ordinal, action, platform, targets, undo }, index) => ({
    name,
    ordinal,
    action,
    platform,
    targets: targets.map(({ kind, name: target }) => ({ kind, name: target })),
    category: shown.steps[index]?.category ?? null,
    ...(undo === undefined ? {} : { undo }),
  })),
});
