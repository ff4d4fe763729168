import type { Clock } from '../../infra/clock.ts';
import type {
  ConfigurationReading,
  ConfigurationSource,
  ConfigurationState,
  Read,
  Reload,
  ReloadCause,
  Setting,
  SettingChange,
} from './configuration.ts';
import { changesTo, inForceAfter, inForceOf } from './setting-changes.ts';

/** The configuration that a process has taken, and how it takes another. */
export interface TakenConfiguration {
  /** Takes what is read, whole or not at all. One at a time. */
  readonly takeUp: (cause: ReloadCause, read: () => Promise<Read<ConfigurationReading>>) => Promise<Reload>;
  /** Whether a reading says more than what is known to wait for a restart. */
  readonly isNews: (reading: ConfigurationReading) => boolean;
  readonly state: () => Omit<ConfigurationState, 'troubles'>;
}

export const createTakenConfiguration = ({
  source,
  clock,
  processName,
}: {
  readonly source: ConfigurationSource;
  readonly clock: Clock;
  readonly processName: string;
}): TakenConfiguration => {
  let inForce = inForceOf(source.first);
  let current = source.first;
  let loadedAt = clock.now();
  let waiting: readonly SettingChange[] = [];
  let lastReload: Reload | null = null;

  const attempt = async (
    cause: ReloadCause,
    read: () => Promise<Read<ConfigurationReading>>,
  ): Promise<Reload> => {
    const at = clock.now();
    const refused = (faults: Reload['faults']): Reload => ({
      at,
      cause,
      isTaken: false,
      faults,
      changes: [],
    });
    const found = await read();
    if (!found.ok) return refused(found.faults);
    const changes = changesTo(inForce, found.value, source.isReloadable);
    const taken = await source.take();
    if (!taken.ok) return refused(taken.faults);
    inForce = inForceAfter(inForce, found.value, changes);
    current = found.value;
    loadedAt = at;
    waiting = changes.filter(({ outcome }) => outcome === 'NEEDS_RESTART');
    return { at, cause, isTaken: true, faults: [], changes };
  };
  const isWaiting = ({ path }: SettingChange): boolean => waiting.some((change) => change.path === path);
  return {
    takeUp: async (cause, read) => (lastReload = await attempt(cause, read)),
    isNews: (reading) => !changesTo(inForce, reading, source.isReloadable).every(isWaiting),
    state: () => ({
      process: processName,
      file: current.file,
      hash: current.hash,
      loadedAt,
      settings: [...inForce.settings.values()]
        .toSorted((one, other) => (one.path < other.path ? -1 : 1))
        .map((setting) => ({
          path: setting.path,
          value: setting.value,
          from: placeOf(setting),
          isReloadable: source.isReloadable(setting.path),
          next: waiting.find(({ path }) => path === setting.path)?.after ?? null,
        })),
      waiting: waiting.map(({ path }) => path),
      lastReload,
    }),
  };
};

const placeOf = ({ source }: Setting): string => {
  if (source.kind === 'FILE') return `line ${source.line}`;
  return source.kind === 'ENVIRONMENT' ? source.variable : 'default';
};
