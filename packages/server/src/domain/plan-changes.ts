import type { PlanDocument, PlanDocumentStep, PlanPresentation, ShownStep } from './plan.ts';
import type { PlanChange } from './refusal-details.ts';

interface ReadablePlan {
  readonly document: PlanDocument;
  readonly presentation: PlanPresentation;
}

/**
 * How two plans of the same task differ in what they do. Where an action type says that what it shows is its whole
 * effect, a target that has moved without changing that is no difference.
 */
export const planChanges = (
  before: ReadablePlan,
  now: ReadablePlan,
  showsWholeEffect: (step: PlanDocumentStep) => boolean,
  canonical: (value: unknown) => string,
): PlanChange[] => {
  const earlier = stepsByName(before);
  const later = stepsByName(now);
  const names = [...new Set([...earlier.keys(), ...later.keys()])];
  return names.flatMap((name): PlanChange[] => {
    const [old, fresh] = [earlier.get(name), later.get(name)];
    const summaries = { step: name, before: old?.shown.summary ?? null, now: fresh?.shown.summary ?? null };
    if (!old || !fresh) return [{ ...summaries, parts: ['step'] }];
    const isWhole = showsWholeEffect(fresh.planned);
    const one: Parts = { ...old.planned, ...old.shown };
    const other: Parts = { ...fresh.planned, ...fresh.shown };
    const parts = [...new Set([...Object.keys(one), ...Object.keys(other)])]
      // `shown` is a digest of the other parts.
      .filter((part) => part !== 'shown' && !(isWhole && part === 'precondition'))
      .filter((part) => canonical(one[part] ?? null) !== canonical(other[part] ?? null))
      .sort();
    return parts.length > 0 ? [{ ...summaries, parts }] : [];
  });
};

type Parts = Readonly<Record<string, unknown>>;

const stepsByName = ({ document, presentation }: ReadablePlan) =>
  new Map(
    document.steps.flatMap((planned, index): [string, { planned: PlanDocumentStep; shown: ShownStep }][] => {
      const shown = presentation.steps[index];
      return shown ? [[planned.name, { planned, shown }]] : [];
    }),
  );
