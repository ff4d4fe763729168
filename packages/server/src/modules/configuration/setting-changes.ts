import type { ConfigurationReading, Setting, SettingChange } from './configuration.ts';

/** What counts in this process: settings by path, and marks of what is no setting. */
export interface InForce {
  readonly settings: ReadonlyMap<string, Setting>;
  readonly marks: ReadonlyMap<string, string>;
}

export const inForceOf = ({ settings, marks }: ConfigurationReading): InForce => ({
  settings: new Map(settings.map((setting) => [setting.path, setting])),
  marks: new Map([...marks].map(([name, { mark }]) => [name, mark])),
});

/** All that is not as it counts, in the order of paths; marks come last. */
export const changesTo = (
  { settings, marks }: InForce,
  read: ConfigurationReading,
  isReloadable: (path: string) => boolean,
): readonly SettingChange[] => {
  const next = inForceOf(read);
  const outcome = (can: boolean) => (can ? 'APPLIED' : 'NEEDS_RESTART');
  const paths = [...new Set([...settings.keys(), ...next.settings.keys()])].toSorted();
  return [
    ...paths.flatMap((path): SettingChange[] => {
      const before = settings.get(path)?.value ?? null;
      const after = next.settings.get(path)?.value ?? null;
      return before === after ? [] : [{ path, before, after, outcome: outcome(isReloadable(path)) }];
    }),
    ...[...new Set([...marks.keys(), ...next.marks.keys()])].flatMap((path): SettingChange[] => {
      if (marks.get(path) === next.marks.get(path)) return [];
      const can = read.marks.get(path)?.isReloadable ?? true;
      return [{ path, before: null, after: null, outcome: outcome(can) }];
    }),
  ];
};

/** What counts once these have been applied: what needs a restart is as it was. */
export const inForceAfter = (
  before: InForce,
  read: ConfigurationReading,
  changes: readonly SettingChange[],
): InForce => {
  const next = inForceOf(read);
  const waits = new Set(changes.filter(({ outcome }) => outcome === 'NEEDS_RESTART').map(({ path }) => path));
  const settings = new Map([...next.settings].filter(([path]) => !waits.has(path)));
  const marks = new Map([...next.marks].filter(([name]) => !waits.has(name)));
  for (const path of waits) {
    const setting = before.settings.get(path);
    if (setting) settings.set(path, setting);
    const mark = before.marks.get(path);
    if (mark !== undefined) marks.set(path, mark);
  }
  return { settings, marks };
};
