import { formatClock, formatDate } from './duration.ts';

/** When a figure was true. */
export const AsOf = ({ at }: { at: string }) => (
  <time dateTime={at} title={formatDate(at)}>
    as of {formatClock(at)}
  </time>
);
