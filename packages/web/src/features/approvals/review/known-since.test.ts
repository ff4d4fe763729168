// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { unknownCode } from '../decide/sent-decisions.tsx';
import { knownSince } from './known-since.ts';

const unknown = { code: unknownCode, message: 'Not known.', sinceMs: 1_000 };
const open = { viewerCanApprove: true, viewerCanReject: true };
const decided = { viewerCanApprove: false, viewerCanReject: false };

describe('a decision without an answer', () => {
  it('is not known before the request was read again', () => {
    expect(knownSince(unknown, open, 999)).toBe(unknown);
    expect(knownSince(unknown, decided, 1_000)).toBe(unknown);
  });

  it('did not arrive where the request still asks for it, and is on the request where it does not', () => {
    expect(knownSince(unknown, open, 1_001)?.code).toBe('NOT_ARRIVED');
    expect(knownSince(unknown, decided, 1_001)).toBeNull();
  });

  it('has nothing to do with a refusal', () => {
    const refusal = { code: 'CONFLICT', message: 'Changed.' };
    expect(knownSince(refusal, open, 5_000)).toBe(refusal);
  });
});
