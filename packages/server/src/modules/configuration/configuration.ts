/** One setting as file and environment say it together. */
export interface Setting {
  /** `limits.caller.limit` */
  readonly path: string;
  /** As JSON, without passwords: secrets are never among settings. */
  readonly value: string;
  readonly source:
    | { readonly kind: 'DEFAULT' }
    | { readonly kind: 'FILE'; readonly line: number }
    | { readonly kind: 'ENVIRONMENT'; readonly variable: string };
}

/** What file, environment and sources of secrets say at some moment. */
export interface ConfigurationReading {
  /** Absolute path; null where there is none. */
  readonly file: string | null;
  /** Of what all processes of an installation should share. */
  readonly hash: string;
  readonly settings: readonly Setting[];
  /** What counts and is no setting, by what it is called, each with something that changes when it does: `policy data`. */
  readonly marks: ReadonlyMap<string, { readonly mark: string; readonly isReloadable: boolean }>;
  /** Why a source of secrets could not be read; its last values count. */
  readonly troubles: readonly string[];
}

export interface ConfigurationFault {
  /** The file, a variable, or a part of this process. */
  readonly source: string;
  readonly line: number | null;
  readonly column: number | null;
  /** Empty where no setting is meant. */
  readonly path: string;
  readonly message: string;
}

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly faults: readonly ConfigurationFault[] };

/** Where the configuration comes from, and what it goes to. */
export interface ConfigurationSource {
  /** As this process was started with. */
  readonly first: ConfigurationReading;
  /** All of it as it is now; nothing counts yet. */
  readonly read: () => Promise<Read<ConfigurationReading>>;
  /** What counts, with the secrets as they are now. */
  readonly readSecrets: () => Promise<Read<ConfigurationReading>>;
  /** Makes what was read last count, whole or not at all. */
  readonly take: () => Promise<Read<void>>;
  readonly isReloadable: (path: string) => boolean;
  /** How often secrets are read again; null where nothing but the environment has any. */
  readonly secretsEveryMs: () => number | null;
}

export const reloadCauses = ['SIGNAL', 'API', 'SECRETS'] as const;
export type ReloadCause = (typeof reloadCauses)[number];

/** What became of one setting that is not as it was. */
export interface SettingChange {
  /** Its path, or what else it is: `secret git`, `policy data`. */
  readonly path: string;
  /** As JSON; null where it is no setting, or was not there. */
  readonly before: string | null;
  readonly after: string | null;
  /** APPLIED counts now; NEEDS_RESTART counts from the next start on. */
  readonly outcome: 'APPLIED' | 'NEEDS_RESTART';
}

/** What came of one reload. */
export interface Reload {
  readonly at: Date;
  readonly cause: ReloadCause;
  /** False where there were faults: then all is as it was. */
  readonly isTaken: boolean;
  readonly faults: readonly ConfigurationFault[];
  readonly changes: readonly SettingChange[];
}

export interface ToldSetting {
  readonly path: string;
  readonly value: string;
  /** `line 3`, the name of a variable, or `default`. */
  readonly from: string;
  readonly isReloadable: boolean;
  /** What waits for a restart; null where nothing does. */
  readonly next: string | null;
}

export interface ConfigurationState {
  /** Name of this process: each has its own. */
  readonly process: string;
  readonly file: string | null;
  readonly hash: string;
  /** When what counts was read. */
  readonly loadedAt: Date;
  readonly settings: readonly ToldSetting[];
  /** What waits for a restart, besides settings as well. */
  readonly waiting: readonly string[];
  readonly lastReload: Reload | null;
  readonly troubles: readonly string[];
}
