import { describe, expect, it } from 'vitest';
import {
  errorCatalogue,
  errorCodes,
  fromLegacyCode,
  invalidInput,
  isErrorCode,
  refusal,
  type ErrorCode,
} from './errors.ts';

/** The public face: exactly these nine come first. */
const publicFace = [
  'SCHEMA_VALIDATION_FAILED',
  'AUTHENTICATION_FAILED',
  'AUTHORIZATION_FAILED',
  'RESOURCE_NOT_FOUND',
  'RATE_LIMIT_EXCEEDED',
  'HITL_REQUIRED',
  'EXECUTION_TIMEOUT',
  'DEPENDENCY_FAILED',
  'INTERNAL_ERROR',
];

/** How a platform fails, and whether the same call may succeed later. */
const platformCodes: [code: ErrorCode, retriable: boolean][] = [
  ['AUTH_ERROR', false],
  ['RATE_LIMITED', true],
  ['NOT_FOUND', false],
  ['VALIDATION_ERROR', false],
  ['NETWORK_ERROR', true],
  ['SERVICE_DOWN', true],
  ['QUOTA_EXCEEDED', false],
  ['PERMISSION_DENIED', false],
  ['DUPLICATE_ERROR', false],
  ['TIMEOUT_ERROR', true],
  ['UNKNOWN_ERROR', true],
];

const legacyCodes: [legacy: string, code: ErrorCode][] = [
  ['E001', 'SCHEMA_VALIDATION_FAILED'],
  ['E002', 'SCHEMA_VALIDATION_FAILED'],
  ['E003', 'SCHEMA_VALIDATION_FAILED'],
  ['E004', 'IDEMPOTENCY_KEY_REUSED'],
  ['E005', 'DEPENDENCY_FAILED'],
  ['E006', 'DEPENDENCY_FAILED'],
  ['E007', 'EXECUTION_TIMEOUT'],
  ['E008', 'AUTHORIZATION_FAILED'],
  ['E009', 'INTERNAL_ERROR'],
  ['E010', 'QUOTA_EXCEEDED'],
  ['E011', 'QUOTA_EXCEEDED'],
  ['E012', 'QUOTA_EXCEEDED'],
  ['INVALID_REQUEST', 'SCHEMA_VALIDATION_FAILED'],
  ['SERVICE_UNAVAILABLE', 'SERVICE_DOWN'],
  ['PROCESSING_TIMEOUT', 'EXECUTION_TIMEOUT'],
  ['DEPLOYMENT_NOT_FOUND', 'NOT_FOUND'],
  ['PolicyDenied', 'POLICY_DENIED'],
];

const httpStatuses: Record<number, ErrorCode[]> = {
  400: ['SCHEMA_VALIDATION_FAILED', 'QUERY_TOO_COMPLEX'],
  401: ['AUTHENTICATION_FAILED'],
  403: ['AUTHORIZATION_FAILED', 'HITL_REQUIRED', 'SELF_APPROVAL', 'NOT_ELIGIBLE', 'POLICY_DENIED'],
  404: ['RESOURCE_NOT_FOUND'],
  409: [
    'DUPLICATE_ERROR',
    'CONFLICT',
    'ALREADY_DECIDED',
    'APPROVAL_SUPERSEDED',
    'UNDO_WINDOW_CLOSED',
    'NOT_CANCELLABLE',
  ],
  410: ['APPROVAL_EXPIRED', 'RESYNC_REQUIRED'],
  412: ['PRECONDITION_FAILED'],
  422: ['IDEMPOTENCY_KEY_REUSED', 'GOAL_WITHOUT_ACTIONS'],
  429: ['RATE_LIMIT_EXCEEDED'],
  500: ['INTERNAL_ERROR'],
  502: [
    'DEPENDENCY_FAILED',
    'AUTH_ERROR',
    'RATE_LIMITED',
    'NOT_FOUND',
    'VALIDATION_ERROR',
    'NETWORK_ERROR',
    'QUOTA_EXCEEDED',
    'PERMISSION_DENIED',
    'UNKNOWN_ERROR',
    'OUTCOME_UNKNOWN',
  ],
  503: ['SERVICE_DOWN'],
  504: ['EXECUTION_TIMEOUT', 'TIMEOUT_ERROR'],
};

describe('the error catalogue', () => {
  it('begins with the nine of the public face and the eleven of platforms', () => {
    expect(errorCodes.slice(0, 9)).toEqual(publicFace);
    expect(errorCodes.slice(9, 20)).toEqual(platformCodes.map(([code]) => code));
  });

  it.each(platformCodes)('says of %s whether it is retriable: %s', (code, retriable) => {
    expect(errorCatalogue[code]).toMatchObject({ category: 'PLATFORM', retriable });
  });

  it('lets nobody hope who has to change something first', () => {
    const retriable = errorCodes.filter((code) => errorCatalogue[code].retriable);
    expect(retriable).toEqual([
      'RATE_LIMIT_EXCEEDED',
      'EXECUTION_TIMEOUT',
      'DEPENDENCY_FAILED',
      'RATE_LIMITED',
      'NETWORK_ERROR',
      'SERVICE_DOWN',
      'TIMEOUT_ERROR',
      'UNKNOWN_ERROR',
    ]);
  });

  it.each(legacyCodes)('answers to the older word %s with %s alone', (legacy, code) => {
    const answering = errorCodes.filter((known) => errorCatalogue[known].legacyCodes.includes(legacy));
    expect(answering).toEqual([code]);
    expect(fromLegacyCode(legacy)).toBe(code);
  });

  it('knows no older words but these', () => {
    const known = errorCodes.flatMap((code) => [...errorCatalogue[code].legacyCodes]);
    expect(known.toSorted()).toEqual(legacyCodes.map(([legacy]) => legacy).toSorted());
    for (const stranger of ['E000', 'E013', 'e001', '', 'toString', 'length']) {
      expect(fromLegacyCode(stranger)).toBeUndefined();
    }
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
    const extras = { retryAfterMs: 0, approvalUrl: 'https://example.com/a', details: { at: 1 } };
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
      details: faults,
    });
    expect(invalidInput(faults.slice(0, 1)).message).toBe('goal: must say something');
    expect(invalidInput([])).toMatchObject({ message: 'The input is not valid.', details: [] });
  });
});
