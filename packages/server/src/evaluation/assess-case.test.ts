import { expect, it } from 'vitest';
import type { EvaluationCase } from './evaluation-set.ts';
import { reportText } from './evaluation-report.ts';
import { assessCase, type Planned } from './assess-case.ts';

const answers = [{ inputTokens: 1, outputTokens: 1, toolCalls: [] }];
const wanted: EvaluationCase = {
  goal: 'Patch it',
  environment: 'PRODUCTION',
  expects: { actions: ['fleet.patch'], targets: 2, tools: ['cve_feed'] },
  answers,
};
const asks: EvaluationCase = { ...wanted, expects: { question: 'which server' } };
const planned: Planned = {
  status: 'SUCCEEDED',
  agent: 'patch_agent',
  actions: ['fleet.patch'],
  targets: 2,
  question: null,
  calls: [
    { tool: 'cve_feed', failure: null, citation: '1 vulnerability' },
    { tool: 'risk_score', failure: null, citation: '2 risks' },
  ],
  report: 'There is 1 vulnerability.',
  inputTokens: 10,
  outputTokens: 5,
  costMicros: 30,
};
const asked: Planned = { ...planned, actions: null, question: 'Which server is meant?' };

it('counts what a plan took and what of it is cited', () => {
  expect(assessCase('patch_agent', wanted, planned)).toEqual({
    goal: 'Patch it',
    isValid: true,
    faults: [],
    status: 'SUCCEEDED',
    toolCalls: 2,
    refusedCalls: 0,
    cited: 1,
    citable: 2,
    tokens: 15,
    costMicros: 30,
  });
  expect(assessCase('patch_agent', asks, asked)).toMatchObject({ isValid: true, faults: [], citable: 0 });
});

it.each<[Partial<Planned>, EvaluationCase, string]>([
  [{ agent: 'cost_agent' }, wanted, 'cost_agent took it'],
  [{ actions: ['fleet.restart'] }, wanted, 'it proposed fleet.restart'],
  [{ targets: 3 }, wanted, 'it has 3 targets'],
  [{ calls: [{ tool: 'cve_feed', failure: 'late', citation: null }] }, wanted, 'it did not ask cve_feed'],
  [{ actions: null, question: 'Why?' }, wanted, 'no plan: Why?'],
  [{}, asks, 'it planned where it had to ask'],
  [{ actions: null, question: 'Why?' }, asks, 'it asked: Why?'],
])('%o is not what is expected', (other, one, fault) => {
  const verdict = assessCase('patch_agent', one, { ...planned, ...other });
  expect(verdict.faults).toEqual([fault]);
  const report = reportText([{ agent: 'patch_agent', planner: 'recorded', cases: [verdict] }]);
  expect(report).toContain(`patch_agent: "Patch it": ${fault}`);
});
