import type { onRequestAsyncHookHandler } from 'fastify';
import { createClientOf, type ClientOf, type TrustedProxies } from './client-network.ts';
import { createProbeLimits, defaultProbeLimits, monitorsOf, type ProbeLimits } from './probe-limits.ts';
import { createTokenGate, type TokenGate } from './token-gate.ts';

/** What configuration says of who knocks. */
export interface GateSettings {
  /** Proxies whose `X-Forwarded-For` is trusted. */
  readonly trustedProxies: TrustedProxies;
  /** Hold back who asks too often, and say who keeps us running and needs no token to hear how we are. */
  readonly probes: ProbeLimits;
  /** Brings metrics; null where anybody may read them. */
  readonly metricsToken: string | null;
  /** Brings the checks' words; null where nobody has one. */
  readonly healthToken: string | null;
}

/** Who knocks, and what they have to bring. */
export interface Gates {
  readonly clientOf: ClientOf;
  readonly limitProbes: onRequestAsyncHookHandler;
  readonly isMonitor: (client: string) => boolean;
  readonly metrics: TokenGate;
  readonly health: TokenGate;
}

export const openGates = ({
  trustedProxies = [],
  probes = defaultProbeLimits,
  metricsToken = null,
  healthToken = null,
}: Partial<GateSettings> = {}): Gates => {
  const clientOf = createClientOf(trustedProxies);
  return {
    clientOf,
    limitProbes: createProbeLimits(probes, clientOf),
    isMonitor: monitorsOf(probes),
    metrics: createTokenGate(metricsToken),
    health: createTokenGate(healthToken),
  };
};
