import { describe, expect, it } from 'vitest';
import { faultsOf } from '../../domain/refusal-details.ts';
import { submissionLimits } from './action-input.ts';
import { readSubmission } from './submission.ts';

/** Of the shape alone: what fits an action type is the executors' to say. */
const parseSubmission = (input: unknown) =>
  readSubmission(input, () => ({ workflow: { steps: [] }, faults: [] }));

const action = { type: 'http.request', params: { url: 'https://example.com/' } };
const submission = (parts: object = {}) => ({
  idempotencyKey: 'key-1',
  goal: 'Try it',
  actions: [action],
  ...parts,
});
const withParams = (params: unknown) => submission({ actions: [{ ...action, params }] });

const said = (input: unknown): string[] => {
  const outcome = parseSubmission(input);
  if (outcome.ok) return [];
  const { code, message, details } = outcome.refusal;
  if (code !== 'SCHEMA_VALIDATION_FAILED') return [`${code}: ${message}`];
  return faultsOf(details).map((fault) => `${fault.path}: ${fault.message}`);
};

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 1; level < levels; level += 1) value = [value];
  return { a: value };
};

describe('a submission', () => {
  it('gets its defaults', () => {
    expect(parseSubmission(submission())).toEqual({
      ok: true,
      value: {
        workflow: { steps: [] },
        request: {
          idempotencyKey: 'key-1',
          goal: 'Try it',
          actions: [{ name: 'step-1', type: 'http.request', params: action.params, dependsOn: [] }],
          mode: 'APPLY',
          priority: 'NORMAL',
          environment: 'DEVELOPMENT',
          justification: null,
          requiresApproval: false,
          correlationId: null,
          source: null,
          sources: [],
          agent: null,
          context: null,
          tags: [],
          timeoutMs: null,
          transactional: false,
          parentTaskId: null,
          retry: { maxRetries: 3, initialDelayMs: 1_000, backoffMultiplier: 2, maxDelayMs: 30_000 },
        },
      },
    });
  });

  it('says all that is wrong with it, and where', () => {
    const wrong = submission({
      goal: ' ',
      tags: ['ok', ''],
      retry: { maxRetries: 11 },
      actions: [action, { ...action, params: { list: [1, '\u0000'] }, dependsOn: ['no such name!'] }],
      surprise: true,
    });
    expect(
      said(wrong)
        .map((line) => line.split(':')[0])
        .toSorted(),
    ).toEqual(
      [
        'surprise',
        'actions[1].dependsOn[0]',
        'actions[1].params.list[1]',
        'goal',
        'retry.maxRetries',
        'tags[1]',
      ].toSorted(),
    );
  });

  it.each([[undefined], [null], [[]]])('with %j for actions is a goal alone', (actions) => {
    expect(said(submission({ actions, agent: 'drift_agent', context: { fleet_size: 100 } }))).toEqual([]);
  });

  it('with actions needs no agent and no context', () => {
    expect(said(submission({ agent: 'drift_agent', context: {} }))).toEqual([
      'agent: is for a goal without actions',
      'context: is for a goal without actions',
    ]);
  });

  it.each<[title: string, params: unknown, fault: string | null]>([
    ['as deep as allowed', nested(submissionLimits.paramsDepth), null],
    ['one level deeper', nested(submissionLimits.paramsDepth + 1), 'must not be nested deeper than 16'],
    ['a hundred thousand deep', nested(100_000), 'must not be nested deeper than 16'],
    ['as wide as allowed', { list: Array(submissionLimits.paramsValues - 1).fill(1) }, null],
    [
      'four hundred thousand wide',
      { list: Array(400_000).fill(1) },
      'must not hold more than 50000 values in all',
    ],
    [
      'longer than allowed',
      { text: 'x'.repeat(submissionLimits.paramsBytes) },
      'must be at most 1000000 characters of JSON',
    ],
    ['a list', [1], 'must be an object'],
    ['null', null, 'must be an object'],
    ['left out', undefined, 'must be an object'],
    ['a text', 'x', 'must be an object'],
    ['a number without end', JSON.parse('{"a":1e400}'), 'is no number that JSON knows'],
    [
      'a number that lost digits',
      JSON.parse('{"a":12345678901234567890}'),
      'is too large to be exact: send it as text',
    ],
    ['the name of a prototype', JSON.parse('{"__proto__":{"a":1}}'), 'this name is not allowed'],
    ['half a surrogate pair', { a: '\ud83d' }, 'holds a NUL or half of a surrogate pair'],
  ])('with params that are %s', (_title, params, fault) => {
    const lines = said(withParams(params));
    expect(lines.map((line) => line.slice(line.indexOf(': ') + 2))).toEqual(fault === null ? [] : [fault]);
  });

  it.each([
    ['tags', submission({ tags: Array(1_000_000).fill('') }), 'tags: must be a list of at most 50'],
    [
      'dependsOn',
      submission({ actions: [{ type: 'a', params: {}, dependsOn: Array(1_000_000).fill('') }] }),
      'actions[0].dependsOn: must be a list of at most 100',
    ],
    [
      'actions',
      submission({ actions: Array(1_000_000).fill(null) }),
      'actions: must be a list of at most 100',
    ],
  ])('looks at nothing in a list that is too long: %s', (_name, input, fault) => {
    expect(said(input)).toEqual([fault]);
  });

  it('keeps params as they are', () => {
    const params = { a: { b: [1, null, true, 'é😀'] }, 'odd key.[0]': -0.5 };
    const outcome = parseSubmission(withParams(params));
    expect(outcome.ok && outcome.value.request.actions[0]?.params).toEqual(params);
  });

  it.each([
    ['idempotencyKey', 'with space'],
    ['idempotencyKey', ''],
    ['idempotencyKey', 'x'.repeat(256)],
    ['goal', 'x'.repeat(4_001)],
    ['goal', 'a\u0000'],
    ['goal', '\u200b\u2060\u3164'],
    ['correlationId', 'a b'],
    ['source', 'x'.repeat(129)],
    ['justification', '\udc00'],
    ['timeoutMs', 0],
    ['timeoutMs', submissionLimits.timeoutMs + 1],
    ['mode', 'RUN'],
    ['priority', 'urgent'],
  ])('with %s %j is refused there', (field, value) => {
    expect(said(submission({ [field]: value }))).toEqual([expect.stringMatching(new RegExp(`^${field}: `))]);
  });

  describe('of a rollout', () => {
    const gate = { type: 'http.request', params: {}, expect: { required: ['status'] } };
    const overFive = (rollout: object, more: object = {}) =>
      submission({
        actions: [{ ...action, targets: [1, 2, 3, 4, 5].map((at) => ({ at })), rollout }],
        ...more,
      });

    it('whose phases soak longer than the task may take is refused: the last could never end', () => {
      const soaks = { canary: 1, batchPercent: 20, soakMs: 60_000, gate };
      expect(said(overFive(soaks, { timeoutMs: 300_000 }))).toEqual([
        'timeoutMs: must be more than 300000: the 5 phases soak for so long alone',
      ]);
      expect(said(overFive(soaks, { timeoutMs: 300_001 }))).toEqual([]);
      expect(said(overFive(soaks))).toEqual([]);
    });

    it('that asks for what only gates do, and has none, is refused', () => {
      expect(said(overFive({ soakMs: 60_000, errorBudget: 1 }))).toEqual([
        'actions[0].rollout.soakMs: needs a gate: without one nothing is waited for',
        'actions[0].rollout.errorBudget: needs a gate: without one nothing is waited for',
      ]);
      expect(said(overFive({ soakMs: 0, errorBudget: 0 }))).toEqual([]);
    });
  });
});
