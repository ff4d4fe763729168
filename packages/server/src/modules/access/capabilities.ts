import type { Environment } from '@countersign/shared';
import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { hasRight, type Caller } from '../../domain/principal.ts';
import { defineQuery } from '../operation.ts';
import { decidesIn } from './queries.ts';

/** Something that callers may name in params: `{ platform: 'git', kind: 'repository', name: 'demo' }`. */
export interface TargetReach {
  readonly platform: string;
  readonly kind: string;
  readonly name: string;
  readonly isPrefix: boolean;
}

/** What configuration lets tasks reach. No value of a secret, and nothing that a refusal would not tell. */
export interface Reach {
  readonly actionTypes: readonly string[];
  readonly platforms: readonly string[];
  readonly targets: readonly TargetReach[];
  readonly publicPorts: readonly number[];
  readonly internalHosts: readonly string[];
  readonly secrets: readonly string[];
  readonly limits: {
    readonly openApprovals: number;
    readonly requestsPerMinute: number;
    readonly waitingSteps: number;
    readonly highPerMinute: number;
  };
}

/** How files become tasks here. */
export interface IntentFiles {
  /** What `intent_type` may be. */
  readonly types: readonly string[];
  /** On the machine of the server; null for who does not administer. */
  readonly directory: string | null;
}

export interface Capabilities extends Reach {
  readonly intentFiles: IntentFiles | null;
  readonly decidesIn: readonly Environment[];
  readonly canExpedite: boolean;
}

const nothing = {
  actionTypes: [],
  platforms: [],
  targets: [],
  publicPorts: [],
  internalHosts: [],
  secrets: [],
  intentFiles: null,
} as const;

const capabilitiesOf = (viewer: Caller, reach: Reach, files: IntentFiles | null): Capabilities => ({
  ...reach,
  intentFiles: files && { ...files, directory: hasRight(viewer, 'ADMINISTER') ? files.directory : null },
  ...(hasRight(viewer, 'SUBMIT') ? {} : nothing),
  decidesIn: decidesIn(viewer),
  canExpedite: hasRight(viewer, 'EXPEDITE'),
});

export const createCapabilityQueries = (
  reach: () => Reach,
  findIntentFiles: (tenantId: string) => Promise<IntentFiles | null>,
) => ({
  capabilities: defineQuery({
    name: 'capabilities',
    description:
      'What you may use here, with what you call with now. Policy still judges each task, and each request says who may decide on it.',
    input: z.strictObject({}),
    view: async ({ viewer }) =>
      accepted(capabilitiesOf(viewer, reach(), await findIntentFiles(viewer.tenantId))),
  }),
});

export type CapabilityQueries = ReturnType<typeof createCapabilityQueries>;
