import { Link } from '@tanstack/react-router';
import { formatUntil } from '../components/duration.ts';
import { useServerNow } from '../components/use-now.ts';
import { VisibleText } from '../components/visible-text.tsx';
import { shortId } from './short-id.ts';

interface Hold {
  readonly rule: string;
  readonly reason: string;
  readonly until: string | null;
}

/** Who has the lock, as the reason names it; nobody where it is another tenant's. */
const holderIn = ({ rule, reason }: Hold): string | null =>
  rule === 'lock'
    ? (/^Task ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) /u.exec(reason)?.[1] ?? null)
    : null;

/** Until when something waits, and why, without a link where it is `isPlain`: `Held until Mon 08:00: No change of production on Fridays.` */
export const HoldWords = ({ hold, isPlain = false }: { hold: Hold; isPlain?: boolean }) => {
  const { reason, until } = hold;
  const holder = isPlain ? null : holderIn(hold);
  const nowMs = useServerNow();
  return (
    <>
      Held until {until === null ? 'further notice' : formatUntil(until, nowMs)}:{' '}
      {holder ? (
        <>
          <Link to="/tasks/$id" params={{ id: holder }} className="in-text" title={holder}>
            Task {shortId(holder)}
          </Link>{' '}
          <VisibleText text={reason.slice(`Task ${holder} `.length)} />
        </>
      ) : (
        <VisibleText text={reason} />
      )}
    </>
  );
};
