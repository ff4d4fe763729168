import type { PlanDocument } from '../../../domain/plan.ts';
import type { PlanView } from '../../../modules/tasks/index.ts';

/** Different things that a plan acts on. */
export const targetsOf = ({ steps }: Pick<PlanDocument, 'steps'>): string[] => [
  ...new Set(
    steps.flatMap(({ platform, targets }) => targets.map(({ kind, name }) => `${platform} ${kind} ${name}`)),
  ),
];

const mostSteps = 200;

/** What callers wrote stands as it is: no word of theirs is read as Markdown. */
const plain = (text: string): string =>
  text.replaceAll(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&').replaceAll(/\s+/g, ' ');

/** A plan as a page of Markdown: its phases, and in each what every step does. */
export const planInWords = ({ plan, document }: PlanView): string => {
  const nameOf = (number: number): string =>
    document.phases?.find((phase) => phase.number === number)?.name ?? `Phase ${number}`;
  const lines = document.steps.slice(0, mostSteps).map((step, index) => ({
    phase: step.phase,
    text: `${index + 1}. ${plain(plan.presentation.steps[index]?.summary ?? step.name)} (${plain(step.action)})`,
  }));
  const phases = [...Map.groupBy(lines, ({ phase }) => phase)].map(
    ([number, own]) => `### ${plain(nameOf(number))}\n\n${own.map(({ text }) => text).join('\n')}`,
  );
  const left = document.steps.length - lines.length;
  return [
    `## ${plain(plan.summary)}`,
    ...phases,
    ...(left > 0 ? [`And ${left} more steps.`] : []),
    ...(plan.presentation.riskFactors.length > 0
      ? [`Risk ${document.risk.toLowerCase()}: ${plain(plan.presentation.riskFactors.join(' '))}`]
      : []),
  ].join('\n\n');
};
