import { standingOf, type Caller } from '../../domain/principal.ts';
import { startLateTimer } from '../../infra/late-timer.ts';
import type { Logger } from '../../infra/logger.ts';
import type { Authenticate, Credentials } from '../http/credentials.ts';
import type { OpenCall } from './follow-task.ts';

/** Nobody holds the credentials any more, they stand for other roles now, or nobody can tell. */
export type EndOfStanding = 'ENDED' | 'CHANGED' | 'UNKNOWN';

/** On what an answer rests that is told for long: a socket, a stream, a wait. */
export interface Standing {
  readonly credentials: Credentials;
  readonly viewer: Caller;
  readonly end: (why: EndOfStanding) => void;
  /** The caller as it is known now, where that is with the same roles. */
  readonly renew?: (viewer: Caller) => void;
}

export interface Standings extends Disposable {
  /** Whether these credentials would let in the same as before. */
  mayGoOn(of: Pick<Standing, 'credentials' | 'viewer'>): Promise<boolean>;
  /** Ends it once its credentials do, by themselves or by somebody's word; until it is disposed of. */
  watch(standing: Standing): Disposable;
  /** Looks at those of these credentials and principals, of which something else may hold now. */
  recheck(ids: ReadonlySet<string>): void;
}

export interface StandingsDeps {
  readonly authenticate: Authenticate;
  /** Milliseconds until credentials end by themselves; null where nothing ends them. */
  readonly remainingMs: (credentials: Credentials) => Promise<number | null>;
  readonly logger: Logger;
  /** A revocation elsewhere may have no event that reaches us. */
  readonly recheckMs?: number;
}

interface Watched extends Standing {
  /** Fires when the credentials end by themselves, of which no event tells. */
  expiry?: Disposable;
}

/** A clock that runs a little ahead of the database's would ask again and again. */
const soonMs = 20;

/** All that is told for long to callers whose credentials have an end. */
export const createStandings = (deps: StandingsDeps): Standings => {
  const { authenticate, logger, recheckMs = 30_000 } = deps;
  const all = new Set<Watched>();
  const forget = (watched: Watched): boolean => {
    watched.expiry?.[Symbol.dispose]();
    return all.delete(watched);
  };
  const end = (watched: Watched, why: EndOfStanding): void => {
    if (forget(watched)) watched.end(why);
  };
  const { look, awaitExpiry } = createLooks(deps, end, (watched) => all.has(watched));
  const lookAtEach = async (these: Iterable<Watched>): Promise<void> => {
    const sharing = Map.groupBy(these, ({ credentials }) => JSON.stringify(credentials));
    const failures: unknown[] = [];
    for (const sharers of sharing.values())
      await look(sharers).catch((error: unknown) => void failures.push(error));
    // Where the database is away that is so of all: one line says it.
    if (failures.length > 0)
      logger.warn({ err: failures[0], credentials: failures.length }, 'credentials could not be looked at');
  };
  let isLooking = false;
  const lookAtAll = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    await lookAtEach(all);
    isLooking = false;
  };
  const rechecking = setInterval(() => void lookAtAll(), recheckMs);
  rechecking.unref();

  return {
    async mayGoOn({ credentials, viewer }) {
      const now = await authenticate(credentials);
      return now !== null && standingOf(now) === standingOf(viewer);
    },
    watch(standing) {
      const watched: Watched = { ...standing };
      all.add(watched);
      awaitExpiry(watched).catch((error: unknown) => {
        logger.warn({ err: error }, 'the credentials of a caller could not be looked at');
        end(watched, 'UNKNOWN');
      });
      return { [Symbol.dispose]: () => void forget(watched) };
    },
    recheck(ids) {
      const concerned = [...all].filter(
        ({ viewer: { id, credential } }) => ids.has(id) || ids.has(credential.id),
      );
      void lookAtEach(concerned);
    },
    [Symbol.dispose]() {
      clearInterval(rechecking);
      all.forEach(forget);
    },
  };
};

/** How it is found out whether credentials hold. */
const createLooks = (
  { authenticate, remainingMs }: Pick<StandingsDeps, 'authenticate' | 'remainingMs'>,
  end: (watched: Watched, why: EndOfStanding) => void,
  isWatched: (watched: Watched) => boolean,
) => {
  /** At those who came with the same. */
  const look = async (sharers: readonly Watched[]): Promise<void> => {
    const [first] = sharers;
    const now = first ? await authenticate(first.credentials) : null;
    for (const watched of sharers) {
      if (!now) end(watched, 'ENDED');
      else if (standingOf(now) !== standingOf(watched.viewer)) end(watched, 'CHANGED');
      else watched.renew?.(now);
    }
  };
  /** Until it is watched no more: who looks at the end may find that there is a later one. */
  const awaitExpiry = async (watched: Watched): Promise<void> => {
    for (;;) {
      const leftMs = await remainingMs(watched.credentials);
      if (leftMs === null || !isWatched(watched)) return;
      await new Promise<void>((resolve) => {
        watched.expiry = startLateTimer(Math.max(leftMs, soonMs), resolve);
      });
      await look([watched]);
    }
  };
  return { look, awaitExpiry };
};

/** For a call that may take long. */
export const standingCall = (
  standings: Standings,
  of: Pick<Standing, 'credentials' | 'viewer'>,
): Pick<OpenCall, 'mayGoOn' | 'whileStanding'> => ({
  mayGoOn: () => standings.mayGoOn(of),
  whileStanding: (end) => standings.watch({ ...of, end }),
});
