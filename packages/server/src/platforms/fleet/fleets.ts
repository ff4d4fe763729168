import { refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { ActionTraits } from '../../domain/planned-action.ts';
import type { Fault } from '../../domain/refusal-details.ts';
import { notNamed } from '../kit/configured-names.ts';
import { ExecutorError, notAllowed } from '../kit/executor-error.ts';
import type { Fleet, FleetCommand, FleetReach, FleetRunner, InspectedServer } from './fleet-cli.ts';
import { inWords, type NamedServer } from './fleet-input.ts';

export interface OpenFleet extends Fleet {
  readonly runner: FleetRunner;
}

/** The fleets of the configuration, as one action type uses them. */
export interface Fleets {
  /** What is wrong with the place, by configuration alone. */
  readonly check: (given: NamedServer) => readonly Fault[];
  /** @throws where configuration does not name it any more */
  readonly runnerOf: (given: NamedServer) => FleetRunner;
  /** How long what an earlier command began may go on behind it. */
  readonly settleMsOf: (given: NamedServer) => number;
  /** The longest that a command of any of them may take. */
  readonly timeoutMs: number;
}

/** Those that have the command. */
export const fleetsWith = (fleets: ReadonlyMap<string, OpenFleet>, command: FleetCommand): Fleets => {
  const having = new Map([...fleets].filter(([, { commands }]) => commands[command] !== null));
  const check: Fleets['check'] = ({ fleet, server }) => {
    const known = having.get(fleet);
    if (!known) {
      const what = `fleet with the command ${command}`;
      const names = [...having.keys()];
      return [{ path: 'fleet', ...notNamed({ what, name: fleet, names, setting: 'fleets' }) }];
    }
    const message = `Configuration lets nobody name ${inWords({ fleet, server })}.`;
    return isOneOf(known.servers, server) ? [] : [{ path: 'server', code: 'POLICY_DENIED', message }];
  };
  return {
    check,
    runnerOf: (given) => {
      const [fault] = check(given);
      const open = having.get(given.fleet);
      if (fault || !open) throw notAllowed(fault?.message ?? 'There is no such fleet.');
      return open.runner;
    },
    settleMsOf: ({ fleet }) => having.get(fleet)?.settleMs ?? 0,
    timeoutMs: Math.max(
      1_000,
      ...[...having.values()].map(({ timeoutMs, settleMs }) => timeoutMs + settleMs),
    ),
  };
};

const isOneOf = (servers: readonly string[], server: string): boolean =>
  servers.some((one) => (one.endsWith('*') ? server.startsWith(one.slice(0, -1)) : server === one));

/** For a plan: what is not there is refused. */
export const findServer = async (
  fleets: Fleets,
  given: NamedServer,
  reach: FleetReach,
): Promise<Outcome<InspectedServer>> => {
  const now = await fleets.runnerOf(given).inspect(given.server, reach);
  return now
    ? { ok: true, value: now }
    : refused(refusalAt('server', 'RESOURCE_NOT_FOUND', `There is no server ${inWords(given)}.`));
};

export const readServer = async (
  fleets: Fleets,
  given: NamedServer,
  reach: FleetReach,
): Promise<InspectedServer> => {
  const now = await fleets.runnerOf(given).inspect(given.server, reach);
  if (now) return now;
  const message = `There is no server ${inWords(given)} any more.`;
  throw new ExecutorError('RESOURCE_NOT_FOUND', message, { effect: 'NONE' });
};

export const fleetTraits = (
  name: string,
  { timeoutMs }: Pick<Fleets, 'timeoutMs'>,
  over: Partial<ActionTraits> = {},
): ActionTraits => ({
  name,
  version: 1,
  platform: 'fleet',
  category: 'DEPLOY',
  idempotency: 'LOOKUP',
  reversible: true,
  // A look before the command, and one after it.
  budget: { timeMs: timeoutMs * 3, network: 'INTERNAL' },
  ...over,
});
