import { formatUntil } from '../components/duration.ts';
import { useServerNow } from '../components/use-now.ts';
import { VisibleText } from '../components/visible-text.tsx';

interface Hold {
  readonly reason: string;
  readonly until: string | null;
}

/** Until when something waits, and why: `Held until Mon 08:00: No change of production on Fridays.` */
export const HoldWords = ({ hold: { reason, until } }: { hold: Hold }) => {
  const nowMs = useServerNow();
  return (
    <>
      Held until {until === null ? 'further notice' : formatUntil(until, nowMs)}:{' '}
      <VisibleText text={reason} />
    </>
  );
};
