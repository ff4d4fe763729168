import { quoted, risks, type Environment, type Risk } from '@countersign/shared';
import { hasSideEffects, type PlannedStep } from './plan.ts';
import { isOutside, sourceWords, type TaskSource } from './source.ts';

export interface RiskAssessment {
  readonly risk: Risk;
  /** Why, in plain words, the weightiest first. */
  readonly factors: readonly string[];
}

interface Factor {
  readonly risk: Risk;
  readonly text: string;
}

export const atLeast = (risk: Risk, floor: Risk): boolean => risks.indexOf(risk) >= risks.indexOf(floor);
export const highestRisk = (all: readonly Risk[]): Risk =>
  all.reduce<Risk>((highest, risk) => (atLeast(risk, highest) ? risk : highest), 'LOW');

/** The server's own estimate from what a plan will do and where. No text of the caller takes part. */
export const assessRisk = (
  steps: readonly PlannedStep[],
  environment: Environment,
  sources: readonly TaskSource[] = [],
): RiskAssessment => {
  const found = steps.flatMap((step) => factorsOf(step, environment));
  const factors = [
    ...outsideFactors(steps, sources, highestRisk(found.map((factor) => factor.risk))),
    ...found,
  ];
  const risk = highestRisk(factors.map((factor) => factor.risk));
  const weightiestFirst = factors.toSorted((a, b) => risks.indexOf(b.risk) - risks.indexOf(a.risk));
  return { risk, factors: [...new Set(weightiestFirst.map((factor) => factor.text))] };
};

/** What somebody outside wrote may have been written for whoever acts on it: a class more than it would be. */
const outsideFactors = (
  steps: readonly PlannedStep[],
  sources: readonly TaskSource[],
  risk: Risk,
): Factor[] => {
  const outside = sources.filter(isOutside);
  if (outside.length === 0 || !hasSideEffects(steps)) return [];
  const raised = risks[Math.min(risks.indexOf(risk) + 1, risks.length - 1)] ?? 'CRITICAL';
  const named = outside.slice(0, mostNamed).map((source) => quoted(sourceWords(source)));
  const more = outside.length > mostNamed ? ` and ${outside.length - mostNamed} more` : '';
  return [{ risk: raised, text: `from outside: ${named.join(', ')}${more}` }];
};

const mostNamed = 5;

const factorsOf = (step: PlannedStep, environment: Environment): Factor[] => {
  if (step.category === 'READ') return findingsOf(step);
  const factors = findingsOf(step);
  const isProduction = environment === 'PRODUCTION';
  if (isProduction) factors.push({ risk: 'HIGH', text: 'changes production' });
  if (step.category === 'DEPLOY') factors.push({ risk: 'HIGH', text: 'deploys' });
  if (!step.reversible) {
    factors.push({
      risk: isProduction ? 'CRITICAL' : 'MEDIUM',
      text: step.undo ? 'undoing it brings nothing back' : 'cannot be rolled back',
    });
  }
  if (step.targets.length > 10) {
    factors.push({ risk: 'HIGH', text: `touches ${step.targets.length} targets` });
  }
  const deletions = step.diffs.filter((diff) => diff.type === 'FILE' && diff.change === 'DELETE').length;
  if (deletions > 0) {
    factors.push({ risk: 'MEDIUM', text: deletions === 1 ? 'deletes a file' : `deletes ${deletions} files` });
  }
  return factors;
};

const findingsOf = (step: PlannedStep): Factor[] =>
  step.findings.map((finding) => ({ risk: finding.severity, text: finding.message }));
