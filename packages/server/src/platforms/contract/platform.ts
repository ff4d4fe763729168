import type { SourceTrust } from '@countersign/shared';
import type { z } from 'zod';
import type { Programs } from '../kit/programs.ts';
import type { Secrets } from '../kit/secrets.ts';
import type { AnyExecutor } from './executor.ts';

/** What a platform is given besides its settings. */
export interface PlatformTools {
  /** Where this installation keeps what it keeps: a platform's own is in a folder of its name. */
  readonly home: string;
  readonly secrets: Secrets;
  /** All that a program inherits which a platform starts. */
  readonly programEnvironment: Readonly<Record<string, string>>;
  readonly programs: Programs;
  /** Ends what a platform holds. */
  readonly stack: AsyncDisposableStack;
}

/** Something that settings let callers name: a repository, a cluster. */
export interface Reachable {
  /** `repository` */
  readonly kind: string;
  /** What to give in params. */
  readonly name: string;
  /** Whether all below it may be named too. */
  readonly isPrefix: boolean;
}

export type Settings<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/**
 * One platform: all that the rest of the server and the console ever learn of it. Adding one is adding its folder,
 * and its line in `installed.ts`.
 */
export interface Platform<Shape extends z.ZodRawShape = z.ZodRawShape> {
  /** `git` */
  readonly name: string;
  /** Its keys of `config.json`, each with a default. Faults are told with those of everybody else. */
  readonly config: Shape;
  /** Adds what is always there in an installation's home. */
  complete?(settings: Settings<Shape>, home: string): Settings<Shape>;
  /** Names of the secrets that its settings ask for. */
  secretsOf?(settings: Settings<Shape>): readonly string[];
  reachOf?(settings: Settings<Shape>): readonly Reachable[];
  /** Makes what newcomers try it on, unless it is there; gives what `first-run.json` says of it. */
  makeSample?(
    settings: Settings<Shape>,
    tools: Pick<PlatformTools, 'home' | 'programEnvironment'>,
  ): Promise<Readonly<Record<string, string>>>;
  /**
   * Settings of the sandbox: what `config.json` would say of an emulator of it at this URL, with the names of its
   * fixed things, and the secrets that they name. Used where nothing of the platform is configured.
   */
  readonly sandbox?: {
    isConfigured(settings: Settings<Shape>): boolean;
    settings(url: string): {
      readonly settings: Partial<Settings<Shape>>;
      readonly secrets: Readonly<Record<string, string>>;
    };
  };
  /** Who can name things there: INTERNAL where configuration alone does. Default OUTSIDE: whoever may write there. */
  readonly assetTrust?: SourceTrust;
  /** Its action types. Throws where the settings make no sense together. */
  actions(settings: Settings<Shape>, tools: PlatformTools): readonly AnyExecutor[];
}

export const definePlatform = <Shape extends z.ZodRawShape>(platform: Platform<Shape>): Platform<Shape> =>
  platform;
