import type { Verdict } from './assess-case.ts';

/** What the cases of an agent came to. */
export interface AgentReport {
  readonly agent: string;
  /** `recorded`, or the model. */
  readonly planner: string;
  readonly cases: readonly Verdict[];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** The agent's figures together, for programs. */
export const totalsOf = ({ cases }: AgentReport) => {
  const costs = cases.flatMap(({ costMicros }) => costMicros ?? []);
  return {
    cases: cases.length,
    valid: cases.filter(({ isValid }) => isValid).length,
    asExpected: cases.filter(({ faults }) => faults.length === 0).length,
    toolCalls: sum(cases.map(({ toolCalls }) => toolCalls)),
    refusedCalls: sum(cases.map(({ refusedCalls }) => refusedCalls)),
    cited: sum(cases.map(({ cited }) => cited)),
    citable: sum(cases.map(({ citable }) => citable)),
    tokens: sum(cases.map(({ tokens }) => tokens)),
    /** Null where no price is known. */
    costMicros: costs.length > 0 ? sum(costs) : null,
  };
};

export const isAsExpected = (reports: readonly AgentReport[]): boolean =>
  reports.every(({ cases }) => cases.every(({ faults }) => faults.length === 0));

const columns = ['agent', 'planner', 'valid', 'expected', 'tools', 'refused', 'cited', 'tokens', 'cost'];

/** A table, and below it whatever is not as it was expected. */
export const reportText = (reports: readonly AgentReport[]): string => {
  const rows = reports.map((report) => {
    const { cases, valid, asExpected, toolCalls, refusedCalls, cited, citable, tokens, costMicros } =
      totalsOf(report);
    const cost = costMicros === null ? '-' : `$${(costMicros / 1_000_000).toFixed(4)}`;
    return [
      report.agent,
      report.planner,
      `${valid}/${cases}`,
      `${asExpected}/${cases}`,
      String(toolCalls),
      String(refusedCalls),
      `${cited}/${citable}`,
      String(tokens),
      cost,
    ];
  });
  const table = [columns, ...rows];
  const widths = columns.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const faults = reports.flatMap(({ agent, cases }) =>
    cases.flatMap(({ goal, faults: found }) =>
      found.length > 0 ? [`${agent}: "${goal}": ${found.join('; ')}`] : [],
    ),
  );
  return [...lines, ...(faults.length > 0 ? ['', ...faults] : []), ''].join('\n');
};
