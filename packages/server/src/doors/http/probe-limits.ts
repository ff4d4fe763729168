import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { classOfAddress } from '../../infra/ip-address.ts';
import { createRateWindows } from '../../infra/rate-window.ts';
import { networkOf, withinNetworks, type ClientOf } from './client-network.ts';
import { sendRateLimited } from './http-errors.ts';

/** How often strangers may ask how we are. */
export interface ProbeLimits {
  readonly perSecond: number;
  readonly perMinute: number;
  readonly perHour: number;
  /** Networks of monitors besides this machine and its own. */
  readonly monitoringExemption: readonly string[];
}

export const defaultProbeLimits: ProbeLimits = {
  perSecond: 10,
  perMinute: 100,
  perHour: 1_000,
  monitoringExemption: [],
};

/** Whether an address is of who keeps us running: this machine, its network, and whom configuration names. */
export const monitorsOf = ({ monitoringExemption }: ProbeLimits): ((client: string) => boolean) => {
  const isNamed = withinNetworks(monitoringExemption);
  return (client) => classOfAddress(client) === 'INTERNAL' || isNamed(client);
};

/** Whoever keeps us running asks as often as they like. */
export const createProbeLimits = (limits: ProbeLimits, clientOf: ClientOf): onRequestAsyncHookHandler => {
  const { perSecond, perMinute, perHour } = limits;
  const isMonitor = monitorsOf(limits);
  const all = [
    createRateWindows({ limit: perSecond, windowMs: 1_000 }),
    createRateWindows({ limit: perMinute, windowMs: 60_000 }),
    createRateWindows({ limit: perHour, windowMs: 3_600_000 }),
  ];
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const client = clientOf(request.raw);
    if (isMonitor(client)) return undefined;
    const network = networkOf(client);
    const exceeded = all.map((windows) => windows.take(network)).filter(({ isExceeded }) => isExceeded);
    if (exceeded.length === 0) return undefined;
    return sendRateLimited(request, reply, Math.max(...exceeded.map(({ resetMs }) => resetMs)));
  };
};
