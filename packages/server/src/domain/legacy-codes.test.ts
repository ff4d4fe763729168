import { describe, expect, it } from 'vitest';
import { errorCatalogue, errorCodes, type ErrorCode } from './error-catalogue.ts';
import {
  actionCodeOf,
  fromLegacyCode,
  publicCodeOf,
  recordedCode,
  type ActionCode,
  type PublicCode,
} from './legacy-codes.ts';

/** The nine of the public interface; all of them are codes of the catalogue still. */
const publicCodes: readonly (ErrorCode & PublicCode)[] = [
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

/** The eleven for a failed action, and the code that each one means here. */
const actionCodes: [legacy: ActionCode, code: ErrorCode, retriable: boolean][] = [
  ['AUTH_ERROR', 'PLATFORM_AUTHENTICATION_FAILED', false],
  ['RATE_LIMITED', 'RATE_LIMIT_EXCEEDED', true],
  ['NOT_FOUND', 'RESOURCE_NOT_FOUND', false],
  ['VALIDATION_ERROR', 'PLATFORM_REJECTED', false],
  ['NETWORK_ERROR', 'NETWORK_ERROR', true],
  ['SERVICE_DOWN', 'SERVICE_DOWN', true],
  ['QUOTA_EXCEEDED', 'QUOTA_EXCEEDED', false],
  ['PERMISSION_DENIED', 'PLATFORM_PERMISSION_DENIED', false],
  ['DUPLICATE_ERROR', 'PLATFORM_CONFLICT', false],
  ['TIMEOUT_ERROR', 'EXECUTION_TIMEOUT', true],
  ['UNKNOWN_ERROR', 'DEPENDENCY_FAILED', true],
];

const otherWords: [legacy: string, code: ErrorCode][] = [
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
  ['DEPLOYMENT_NOT_FOUND', 'RESOURCE_NOT_FOUND'],
  ['PolicyDenied', 'POLICY_DENIED'],
];

describe('words of older interfaces', () => {
  it('keeps the nine of the public interface as they are', () => {
    for (const code of publicCodes) expect(publicCodeOf(code)).toBe(code);
    expect(new Set(errorCodes.map(publicCodeOf))).toEqual(new Set(publicCodes));
  });

  it.each(actionCodes)('renders %s for a failed action from %s', (legacy, code, retriable) => {
    expect(actionCodeOf(code)).toBe(legacy);
    expect(errorCatalogue[code].retriable).toBe(retriable);
  });

  it('renders every code as one of the eleven', () => {
    expect(new Set(errorCodes.map(actionCodeOf))).toEqual(new Set(actionCodes.map(([legacy]) => legacy)));
  });

  const renamed = actionCodes.filter(([legacy, code]) => legacy !== (code as string));
  const words: [string, ErrorCode][] = [
    ...renamed.map(([legacy, code]): [string, ErrorCode] => [legacy, code]),
    ...otherWords,
  ];

  it('is one of two words where an older one means the same', () => {
    for (const [legacy] of renamed) expect(errorCodes).not.toContain(legacy);
  });

  it.each(words)('reads %s as %s alone', (legacy, code) => {
    const answering = errorCodes.filter((known) => errorCatalogue[known].legacyCodes.includes(legacy));
    expect(answering).toEqual([code]);
    expect(fromLegacyCode(legacy)).toBe(code);
    expect(recordedCode(legacy)).toBe(code);
  });

  it('knows no older words but these', () => {
    const known = errorCodes.flatMap((code) => [...errorCatalogue[code].legacyCodes]);
    expect(known.toSorted()).toEqual(words.map(([legacy]) => legacy).toSorted());
    for (const stranger of ['E000', 'E013', 'e001', '', 'toString', 'length']) {
      expect(fromLegacyCode(stranger)).toBeUndefined();
    }
  });

  it('reads what was recorded by any version of the catalogue', () => {
    expect(errorCodes.map(recordedCode)).toEqual(errorCodes);
    expect(recordedCode('a code of a time to come')).toBe('INTERNAL_ERROR');
  });
});
