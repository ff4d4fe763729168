import type { Json } from '../../domain/json.ts';

/** Something that a platform of the sandbox holds. */
export interface PlatformObject {
  /** `card`, `deployment` */
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly state: Json;
}

/** What each platform of the sandbox holds now, by the platform's name. */
export type ReadObjects = () => Promise<Readonly<Record<string, readonly PlatformObject[]>>>;

export interface PlatformState {
  readonly name: string;
  /** Emulated here: nothing that is done to it reaches a real system. */
  readonly isSandbox: boolean;
  /** Of a real one, none. */
  readonly objects: readonly PlatformObject[];
}
