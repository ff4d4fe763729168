import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusal, refusalAt, refused } from '../domain/errors.ts';
import { definePlatform } from './contract/platform.ts';
import { ExecutorError } from './kit/executor-error.ts';
import { callClient } from './kit/guarded-fetch.ts';
import { askJson } from './kit/json-api.ts';
import { failureOfStatus } from './kit/response-status.ts';

/** What a platform of somebody's own is built with: it imports nothing of ours but types. */
export const platformKit = {
  definePlatform,
  /** The schemas of params and settings are made of this one. */
  z,
  /** What `plan` answers with. */
  accepted,
  refused,
  refusal,
  refusalAt,
  ExecutorError,
  askJson,
  failureOfStatus,
  callClient,
  quoted,
} as const;

export type PlatformKit = typeof platformKit;
