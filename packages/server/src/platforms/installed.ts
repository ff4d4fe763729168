import { git } from './git/platform.ts';
import { http } from './http/platform.ts';

/** Every platform of this server. */
export const installed = [git, http] as const;
