import { z } from 'zod';
import { accepted, refusal, refused } from '../../domain/errors.ts';
import type { Logger } from '../../infra/logger.ts';
import { defineQuery } from '../operation.ts';
import type { PlatformState, ReadObjects } from './platform-state.ts';

export interface PlatformQueryDeps {
  /** Of every action type that this server has. */
  readonly platforms: () => readonly string[];
  /** Null where there is no sandbox. */
  readonly sandbox: { readonly platforms: ReadonlySet<string>; readonly readObjects: ReadObjects } | null;
  readonly logger: Logger;
}

export const createPlatformQueries = ({ platforms, sandbox, logger }: PlatformQueryDeps) => ({
  platforms: defineQuery({
    name: 'platforms',
    description:
      'The platforms of this installation, by name. Those of the sandbox are emulated, and say what they hold: what an approval changes there is seen here.',
    input: z.strictObject({}),
    view: async () => {
      try {
        const held = sandbox ? await sandbox.readObjects() : {};
        return accepted(
          platforms()
            .toSorted()
            .map((name): PlatformState => {
              const isSandbox = sandbox?.platforms.has(name) ?? false;
              return { name, isSandbox, objects: isSandbox ? (held[name] ?? []) : [] };
            }),
        );
      } catch (error) {
        logger.warn({ err: error }, 'the sandbox does not say what it holds');
        return refused(
          refusal(
            'SERVICE_DOWN',
            'The sandbox does not answer. It is started again by itself: ask once more.',
            {
              retryAfterMs: 2_000,
            },
          ),
        );
      }
    },
  }),
});

export type PlatformQueries = ReturnType<typeof createPlatformQueries>;
