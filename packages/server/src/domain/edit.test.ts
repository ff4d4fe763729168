import { describe, expect, it } from 'vitest';
import { anApproval, aPerson } from '../../testing/domain-samples.ts';
import { editedBy, stillOf } from './edit.ts';

describe('a request about words that somebody else made of a plan', () => {
  const edited = editedBy(aPerson('ann'), anApproval(), null);

  it.each([false, true])(
    'still says whose they are, however often it is planned (%s)',
    (mayEditorApprove) => {
      const asked = anApproval({ mayEditorApprove });
      const again = stillOf(stillOf(edited, asked), asked);
      expect(again.editedById).toBe('ann');
      expect(again.excludedIds.includes('ann')).toBe(!mayEditorApprove);
    },
  );

  it('is of whoever edits it next', () => {
    expect(editedBy(aPerson('bob'), stillOf(edited, anApproval()), null).editedById).toBe('bob');
  });
});
