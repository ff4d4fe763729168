// @vitest-environment node
import { describe, expect, it } from 'vitest';
import { fullReason, reasonComplaint } from './reject-reason.ts';

describe('reasonComplaint', () => {
  it.each(['', '   ', 'too short', '         .', '..........', '1234567890', '!?!?!?!?!?!?'])(
    'refuses %o',
    (text) => {
      expect(reasonComplaint(text)).not.toBeNull();
    },
  );

  it.each(['Use the staging database.', '目標が間違っているので止めてください', 'not in 2026'])(
    'takes %o',
    (text) => {
      expect(reasonComplaint(text)).toBeNull();
    },
  );

  it('counts what is missing without the space around it', () => {
    expect(reasonComplaint('  ten chars ')).toMatch(/^1 more character:/u);
  });
});

describe('fullReason', () => {
  it('begins with the picked reason', () => {
    expect(fullReason('Wrong target', ' Use staging first. ')).toBe('Wrong target: Use staging first.');
    expect(fullReason('Other', 'Use staging first.')).toBe('Use staging first.');
    expect(fullReason(null, 'Use staging first.')).toBe('Use staging first.');
  });
});
