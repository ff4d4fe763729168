import { toShortText } from '../../domain/json.ts';
import type { NewEvent } from '../../domain/events.ts';
import type { Clock } from '../../infra/clock.ts';
import type { Logger } from '../../infra/logger.ts';
import { startLoop } from '../../infra/loop.ts';
import { oneByOne } from '../../infra/one-by-one.ts';
import type { Journal } from '../../record/journal.ts';
import type {
  ConfigurationSource,
  ConfigurationState,
  Reload,
  ReloadCause,
  SettingChange,
} from './configuration.ts';
import { createTakenConfiguration } from './taken-configuration.ts';

export interface ConfigurationServiceDeps {
  readonly source: ConfigurationSource;
  readonly journal: Pick<Journal, 'transaction'>;
  /** The tenant that the installation began with, whose record has it; null before there is one. */
  readonly findFirstTenant: () => Promise<string | null>;
  readonly processName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** After something counts that did not: what waited for it may be tried again. */
  readonly onApplied: (changes: readonly SettingChange[]) => Promise<void>;
}

/** Who asks for a reload; nobody where a signal or the time does. */
export interface ReloadingActor {
  readonly id: string;
  readonly reason: string | null;
}

export interface ConfigurationService extends AsyncDisposable {
  /** One after the other, each from a reading that begins after it was asked for. */
  readonly reload: (cause: ReloadCause, by: ReloadingActor | null) => Promise<Reload>;
  readonly state: () => ConfigurationState;
}

/** Where no source can change by itself, the setting that says that one can may. */
const idleMs = 30_000;
const mostNamed = 100;

export const createConfigurationService = (deps: ConfigurationServiceDeps): ConfigurationService => {
  const { source, logger, processName } = deps;
  const taken = createTakenConfiguration(deps);
  let troubles: readonly string[] = [];
  const inTurn = oneByOne();

  const tell = async (reload: Reload, by: ReloadingActor | null): Promise<void> => {
    logReload(logger, reload);
    const tenantId = await deps.findFirstTenant();
    if (tenantId !== null)
      await deps.journal.transaction((tx) => {
        tx.record(eventOf(reload, processName, tenantId, by));
        return Promise.resolve();
      });
    const applied = reload.changes.filter(({ outcome }) => outcome === 'APPLIED');
    if (applied.length > 0) await deps.onApplied(applied);
  };
  /** Says what keeps it from rotating once, and not each time. */
  const note = (words: readonly string[]): void => {
    const isNew = words.some((word) => !troubles.includes(word));
    if (isNew) logger.warn({ troubles: words }, 'secrets cannot be read again');
    troubles = words;
  };
  const rotate = async (): Promise<void> => {
    const found = await source.readSecrets();
    note(found.ok ? found.value.troubles : found.faults.map(({ message }) => message));
    if (found.ok && taken.isNews(found.value))
      await tell(await taken.takeUp('SECRETS', () => Promise.resolve(found)), null);
  };
  const loop = startLoop({
    name: 'secrets',
    idleMs: source.secretsEveryMs() ?? idleMs,
    logger,
    round: async () => {
      const everyMs = source.secretsEveryMs();
      if (everyMs !== null) await inTurn(rotate);
      return everyMs ?? idleMs;
    },
  });

  return {
    reload: (cause, by) =>
      inTurn(async () => {
        const came = await taken.takeUp(cause, source.read);
        await tell(came, by);
        return came;
      }),
    state: () => ({ ...taken.state(), troubles }),
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await inTurn(() => Promise.resolve());
    },
  };
};

const pathsOf = (changes: readonly SettingChange[], wanted: SettingChange['outcome']): string[] =>
  changes.filter(({ outcome }) => outcome === wanted).map(({ path }) => path);

const lineOf = ({ source, line, column, path, message }: Reload['faults'][number]): string =>
  [line === null ? source : `${source}:${line}:${column}`, path, message]
    .filter((word) => word !== '')
    .join(' ');

const logReload = (logger: Logger, { cause, isTaken, faults, changes }: Reload): void => {
  if (!isTaken) {
    logger.error(
      { cause, faults: faults.map(lineOf) },
      'the configuration has faults, so the old one counts',
    );
    return;
  }
  const applied = pathsOf(changes, 'APPLIED');
  const waits = pathsOf(changes, 'NEEDS_RESTART');
  // A person asked for it, and looks here for what came of it, whatever the level.
  logger.warn({ cause, applied, needsRestart: waits }, 'the configuration was read again');
};

const eventOf = (
  { at, cause, isTaken, faults, changes }: Reload,
  processName: string,
  tenantId: string,
  by: ReloadingActor | null,
): NewEvent => {
  const common = { tenantId, at, taskId: null, actorId: by?.id ?? null };
  const why = typeof by?.reason === 'string' ? { reason: by.reason } : {};
  const named = (words: readonly string[]): string[] =>
    words.slice(0, mostNamed).map((word) => toShortText(word, 300));
  if (!isTaken)
    return {
      ...common,
      type: 'configuration.refused',
      summary: `The configuration of ${processName} was not read again: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`,
      data: { process: processName, cause, ...why, faults: named(faults.map(lineOf)) },
    };
  const applied = pathsOf(changes, 'APPLIED');
  const waits = pathsOf(changes, 'NEEDS_RESTART');
  return {
    ...common,
    type: 'configuration.reloaded',
    summary: `The configuration of ${processName} was read again: ${applied.length} changed, ${waits.length} waiting for a restart`,
    data: { process: processName, cause, ...why, applied: named(applied), needsRestart: named(waits) },
  };
};
