import type { Plan } from '../../graphql/fragments.ts';

const kept = 40;
const seen = new Map<string, Plan[]>();

/** Plans that this page has shown, so that a newer revision can say what it changed. */
export const rememberPlan = (taskId: string, plan: Plan): void => {
  const others = (seen.get(taskId) ?? []).filter(({ hash }) => hash !== plan.hash);
  seen.delete(taskId);
  seen.set(taskId, [...others, plan].slice(-3));
  const [oldest] = seen.keys();
  if (seen.size > kept && oldest !== undefined) seen.delete(oldest);
};

/** The plan of that hash, if it was on screen before. */
export const planSeen = (taskId: string, hash: string): Plan | null =>
  seen.get(taskId)?.find((plan) => plan.hash === hash) ?? null;

/** The latest revision before this one that was on screen. */
export const planSeenBefore = (taskId: string, plan: Plan): Plan | null =>
  (seen.get(taskId) ?? [])
    .filter(({ revision }) => revision < plan.revision)
    .toSorted((a, b) => b.revision - a.revision)[0] ?? null;
