import { describe, expect, it } from 'vitest';
import { errorCatalogue, errorCodes, isErrorCode, type ErrorCode } from './error-catalogue.ts';
import { invalidInput, refusal } from './errors.ts';

const httpStatuses: Record<number, ErrorCode[]> = {
  400: ['SCHEMA_VALIDATION_FAILED', 'QUERY_TOO_COMPLEX'],
  401: ['AUTHENTICATION_FAILED'],
  403: [
    'AUTHORIZATION_FAILED',
    'HITL_REQUIRED',
    'APPROVAL_REJECTED',
    'SELF_APPROVAL',
    'NOT_ELIGIBLE',
    'STEP_UP_REQUIRED',
    'POLICY_DENIED',
  ],
  404: ['RESOURCE_NOT_FOUND'],
  409: [
    'PLATFORM_CONFLICT',
    'CONFLICT',
    'ALREADY_DECIDED',
    'APPROVAL_SUPERSEDED',
    'UNDO_WINDOW_CLOSED',
    'NOTHING_TO_CHANGE',
    'TASK_CANCELLED',
    'NOT_CANCELLABLE',
    'NOT_IN_THIS_STATE',
  ],
  410: ['APPROVAL_EXPIRED', 'RESYNC_REQUIRED'],
  412: ['PRECONDITION_FAILED'],
  422: ['IDEMPOTENCY_KEY_REUSED', 'GOAL_WITHOUT_ACTIONS'],
  423: ['KILL_SWITCH_ENGAGED'],
  429: ['RATE_LIMIT_EXCEEDED'],
  500: ['INTERNAL_ERROR'],
  502: [
    'DEPENDENCY_FAILED',
    'PLATFORM_AUTHENTICATION_FAILED',
    'PLATFORM_PERMISSION_DENIED',
    'PLATFORM_REJECTED',
    'NETWORK_ERROR',
    'QUOTA_EXCEEDED',
    'OUTCOME_UNKNOWN',
  ],
  503: ['SERVICE_DOWN'],
  504: ['EXECUTION_TIMEOUT'],
};

describe('the error catalogue', () => {
  it('lets nobody hope who has to change something first', () => {
    const retriable = errorCodes.filter((code) => errorCatalogue[code].retriable);
    expect(retriable).toEqual([
      'RATE_LIMIT_EXCEEDED',
      'EXECUTION_TIMEOUT',
      'DEPENDENCY_FAILED',
      'NETWORK_ERROR',
      'SERVICE_DOWN',
      'KILL_SWITCH_ENGAGED',
    ]);
  });

  it('says in words what each code means, and no two mean the same', () => {
    const words = errorCodes.map((code) => errorCatalogue[code].description);
    expect(words.filter((text) => !/^[A-Z].{20,}\.$/s.test(text))).toEqual([]);
    expect(new Set(words).size).toBe(errorCodes.length);
  });

  it('gives each code its HTTP status', () => {
    const byStatus = Object.groupBy(errorCodes, (code) => errorCatalogue[code].httpStatus);
    expect(byStatus).toEqual(httpStatuses);
  });

  it('recognises its own codes and nothing that an object has anyway', () => {
    expect(errorCodes.every(isErrorCode)).toBe(true);
    for (const stranger of ['', 'conflict', 'constructor', '__proto__', 'hasOwnProperty', 'E001']) {
      expect(isErrorCode(stranger)).toBe(false);
    }
  });
});

describe('a refusal', () => {
  it.each(errorCodes)('%s says by itself whether to try again', (code) => {
    expect(refusal(code, 'No.')).toEqual({
      code,
      message: 'No.',
      retriable: errorCatalogue[code].retriable,
      retryAfterMs: null,
      approvalUrl: null,
      details: null,
    });
  });

  it('carries what else is known', () => {
    const extras = {
      retryAfterMs: 0,
      approvalUrl: 'https://example.com/a',
      details: { kind: 'EXISTING_TASK', taskId: 'a' },
    } as const;
    expect(refusal('HITL_REQUIRED', 'Ask.', extras)).toMatchObject(extras);
  });

  it('of an invalid input names the first fault and lists them all', () => {
    const faults = [
      { path: 'goal', message: 'must say something' },
      { path: 'actions[0].type', message: 'is unknown' },
    ];
    expect(invalidInput(faults)).toMatchObject({
      code: 'SCHEMA_VALIDATION_FAILED',
      message: 'goal: must say something (and 1 more)',
      details: { kind: 'FAULTS', faults },
    });
    expect(invalidInput(faults.slice(0, 1)).message).toBe('goal: must say something');
    expect(invalidInput([{ path: '', message: 'it must be one' }]).message).toBe('it must be one');
    expect(invalidInput([])).toMatchObject({
      message: 'The input is not valid.',
      details: { kind: 'FAULTS', faults: [] },
    });
  });
});
