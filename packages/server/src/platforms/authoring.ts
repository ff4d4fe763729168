/** What whoever writes a platform of their own imports: types alone, and the suite that it has to pass. */
export type { PlatformKit } from './platform-kit.ts';
export type { ActionExecutor, AnyExecutor } from './contract/executor.ts';
export type { Platform } from './contract/platform.ts';
