import { describe, expect, it } from 'vitest';
import { approvingAlone, offerOf, unseenOf } from './batch-rules.ts';

const row = (id: string, parts: object = {}) => ({
  id,
  viewerCanApprove: true,
  viewerCanReject: true,
  singleReviewReason: null as string | null,
  ...parts,
});
const alone = row('c', { singleReviewReason: 'Its risk is high: approve it by itself.' });

describe('what is chosen', () => {
  it('is approved as far as it may be together, and rejected whatever its risk', () => {
    const offer = offerOf([row('a'), row('b'), alone]);
    expect(offer.approved.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(offer.rejected).toHaveLength(3);
    expect(offer.approveLabel).toBe('Approve 2 of 3 (1 needs a review of its own)');
    expect(offer.rejectLabel).toBe('Reject 3');
  });

  it('says a number alone where nothing stands in the way', () => {
    expect(offerOf([row('a'), row('b')]).approveLabel).toBe('Approve 2');
  });

  it('is not approved by who may not', () => {
    expect(approvingAlone(row('a', { viewerCanApprove: false }))).toBe('You cannot approve this one.');
  });

  it('has to have been on screen', () => {
    expect(unseenOf([row('a'), row('b')], new Set(['a'])).map(({ id }) => id)).toEqual(['b']);
  });
});
