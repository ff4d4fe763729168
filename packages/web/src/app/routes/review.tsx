import { ReviewPane, type ReviewPaneProps } from '../../features/approvals/review/review-pane.tsx';
import { reviewSlots } from './review-slots.tsx';

/** The review pane with everything in it; a chunk of its own, so that the list is on screen first. */
export const Review = (props: Omit<ReviewPaneProps, 'slots'>) => (
  <ReviewPane {...props} slots={reviewSlots} />
);
