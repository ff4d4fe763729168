import { git } from './git/platform.ts';
import { http } from './http/platform.ts';
import { kubernetes } from './kubernetes/platform.ts';

/** Every platform of this server. */
export const installed = [git, http, kubernetes] as const;
