import { drive } from './drive/platform.ts';
import { fleet } from './fleet/platform.ts';
import { git } from './git/platform.ts';
import { http } from './http/platform.ts';
import { kubernetes } from './kubernetes/platform.ts';
import { mcp } from './mcp/platform.ts';
import { notion } from './notion/platform.ts';
import { porch } from './porch/platform.ts';
import { robot } from './robot/platform.ts';
import { sheets } from './sheets/platform.ts';
import { slack } from './slack/platform.ts';
import { terraform } from './terraform/platform.ts';
import { trello } from './trello/platform.ts';

/** Every platform of this server. */
export const installed = [
  drive,
  fleet,
  git,
  http,
  kubernetes,
  mcp,
  notion,
  porch,
  robot,
  sheets,
  slack,
  terraform,
  trello,
] as const;
