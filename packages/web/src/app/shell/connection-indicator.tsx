import { formatClock } from '../../components/duration.ts';
import { useHint } from '../../components/hint.tsx';
import type { ConnectionState } from '../../live/connection.ts';
import { useConnection } from '../../live/session.tsx';
import styles from './connection-indicator.module.css';

const since = (state: ConnectionState): string =>
  state.currentAsOfMs === null ? '' : `data as of ${formatClock(state.currentAsOfMs)}`;

const asOf = (state: ConnectionState): string =>
  state.currentAsOfMs === null ? '' : ` Data as of ${formatClock(state.currentAsOfMs)}.`;

interface Look {
  readonly tone: string;
  readonly word: string;
  /** Beside the word, where there is room for it. */
  readonly detail?: string;
  /** In full sentences, on hover and for those who listen. */
  readonly more: string;
}

const look = (state: ConnectionState): Look => {
  switch (state.phase) {
    case 'live':
      return {
        tone: 'live',
        word: 'Live',
        more:
          state.latencyMs === null
            ? 'Changes arrive at once.'
            : `Answers in ${Math.round(state.latencyMs)} ms.`,
      };
    case 'connecting':
      return { tone: 'quiet', word: 'Connecting…', more: 'Opening the live connection.' };
    case 'reconnecting':
      return {
        tone: 'amber',
        word: 'Reconnecting…',
        detail: since(state),
        more: `The live connection broke; trying again.${asOf(state)}`,
      };
    case 'polling':
      return {
        tone: 'amber',
        word: 'Live updates off',
        detail: 'refreshing every 10 s',
        more: `The live connection is refused; refreshing every 10 s.${asOf(state)}`,
      };
    case 'offline':
      return { tone: 'red', word: 'Offline', more: `The server cannot be reached.${asOf(state)}` };
    case 'ended':
      return { tone: 'quiet', word: 'Signed out', more: 'Your session has ended.' };
  }
};

/** Green is earned: an acknowledged socket that answered the last ping. */
export const ConnectionIndicator = () => {
  const state = useConnection();
  const { tone, word, detail, more } = look(state);
  const { handlers, hint } = useHint(more, 200);
  return (
    <>
      <span
        {...handlers}
        className={styles['indicator']}
        data-tone={tone}
        role="status"
        aria-label={`${word}. ${more}`}
        tabIndex={0}
      >
        <span className={styles['dot']} aria-hidden />
        <span className={styles['word']}>{word}</span>
        {detail ? <span className={styles['detail']}>{detail}</span> : null}
      </span>
      {hint}
    </>
  );
};

/** Shown across the page where nothing on it can be trusted to be current. */
export const OfflineBanner = () => {
  const state = useConnection();
  if (state.phase !== 'offline') return null;
  return (
    <p className={styles['banner']} role="alert">
      <b>Offline.</b> What you see may have changed.{asOf(state)} Decisions are off; nothing is kept to be
      sent later.
    </p>
  );
};
