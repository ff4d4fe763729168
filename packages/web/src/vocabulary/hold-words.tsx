import { Link } from '@tanstack/react-router';
import { formatUntil } from '../components/duration.ts';
import { useServerNow } from '../components/use-now.ts';
import { VisibleText } from '../components/visible-text.tsx';
import { shortId } from './short-id.ts';

interface Hold {
  readonly rule: string;
  readonly reason: string;
  readonly until: string | null;
  /** The task that keeps it waiting, where whoever looks sees it. */
  readonly taskId: string | null;
}

/** How the server begins a sentence about a task that has what another one changes. */
const another = 'Another task ';

/** Until when something waits, and why, without a link where it is `isPlain`: `Held until Mon 08:00: No change of production on Fridays.` */
export const HoldWords = ({ hold, isPlain = false }: { hold: Hold; isPlain?: boolean }) => {
  const { reason, until, taskId } = hold;
  const holder = !isPlain && reason.startsWith(another) ? taskId : null;
  const nowMs = useServerNow();
  return (
    <>
      Held until {until === null ? 'further notice' : formatUntil(until, nowMs)}:{' '}
      {holder ? (
        <>
          <Link to="/tasks/$id" params={{ id: holder }} className="in-text" title={holder}>
            Task {shortId(holder)}
          </Link>{' '}
          <VisibleText text={reason.slice(another.length)} />
        </>
      ) : (
        <VisibleText text={reason} />
      )}
    </>
  );
};
