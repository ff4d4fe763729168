import type { EvaluationCase } from './evaluation-set.ts';

/** What came of a goal, as the server tells it. */
export interface Planned {
  readonly status: string;
  readonly agent: string | null;
  /** Null where there is no plan. */
  readonly actions: readonly string[] | null;
  readonly targets: number;
  readonly question: string | null;
  readonly calls: readonly {
    readonly tool: string;
    readonly failure: string | null;
    readonly citation: string | null;
  }[];
  readonly report: string | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicros: number | null;
}

export interface Verdict {
  readonly goal: string;
  /** Whether it became a plan that passed the form, or asked where it had to. */
  readonly isValid: boolean;
  /** What is not as it was expected; empty where all is. */
  readonly faults: readonly string[];
  readonly status: string;
  readonly toolCalls: number;
  readonly refusedCalls: number;
  /** Of the citations that its tools gave, those that stand in its report. */
  readonly cited: number;
  readonly citable: number;
  readonly tokens: number;
  readonly costMicros: number | null;
}

/** Holds a plan against what its case expects. */
export const assessCase = (agent: string, { goal, expects }: EvaluationCase, planned: Planned): Verdict => {
  const { status, actions, calls, question, report, inputTokens, outputTokens, costMicros } = planned;
  const citations = [...new Set(calls.flatMap(({ citation }) => citation ?? []))];
  const isQuestion = 'question' in expects;
  const faults = [
    ...(planned.agent === agent ? [] : [`${planned.agent ?? 'nobody'} took it`]),
    ...(isQuestion ? questionFaults(expects.question, actions, question) : planFaults(expects, planned)),
  ];
  return {
    goal,
    isValid: isQuestion ? actions === null && question !== null : actions !== null,
    faults,
    status,
    toolCalls: calls.length,
    refusedCalls: calls.filter(({ failure }) => failure !== null).length,
    cited: actions === null ? 0 : citations.filter((text) => report?.includes(text)).length,
    citable: actions === null ? 0 : citations.length,
    tokens: inputTokens + outputTokens,
    costMicros,
  };
};

const questionFaults = (
  wanted: string,
  actions: Planned['actions'],
  question: Planned['question'],
): readonly string[] => {
  if (actions) return ['it planned where it had to ask'];
  return question?.toLowerCase().includes(wanted.toLowerCase()) === true
    ? []
    : [`it asked: ${question ?? 'nothing'}`];
};

const planFaults = (
  { actions: wanted, targets, tools }: Extract<EvaluationCase['expects'], { readonly actions: unknown }>,
  planned: Planned,
): readonly string[] => {
  if (!planned.actions) return [`no plan: ${planned.question ?? planned.status}`];
  const used = new Set(planned.calls.flatMap(({ tool, failure }) => (failure === null ? [tool] : [])));
  const unused = tools.filter((tool) => !used.has(tool));
  return [
    ...(planned.actions.join() === wanted.join() ? [] : [`it proposed ${planned.actions.join(', ')}`]),
    ...(targets === undefined || planned.targets === targets ? [] : [`it has ${planned.targets} targets`]),
    ...(unused.length > 0 ? [`it did not ask ${unused.join(', ')}`] : []),
  ];
};
