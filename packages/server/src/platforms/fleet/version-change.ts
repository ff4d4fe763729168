import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { meantPerhaps, nearestNames } from '../../domain/nearest.ts';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { PlannedAction } from '../../domain/planned-action.ts';
import type { ActionExecutor, ApplyContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import type { FleetCommand, InspectedServer } from './fleet-cli.ts';
import { inWords, targetOf, type NamedServer } from './fleet-input.ts';
import { findServer, readServer, type Fleets } from './fleets.ts';

export type VersionOutput = {
  readonly server: string;
  readonly component: string;
  readonly version: string;
  readonly previousVersion: string;
};

/** What a command sets on a server: a component, or an image, in a version. */
export interface VersionChange<Input extends NamedServer & { readonly version: string }> {
  readonly command: Exclude<FleetCommand, 'inspect'>;
  /** The name of the param that says what gets another version. */
  readonly param: string & keyof Input;
  /** "Patch", "Roll out" */
  readonly verb: string;
}

const foundSchema = z.object({ version: z.string() });

/** The part of an executor that every change of a version on a server has in common. */
export const versionChange = <Input extends NamedServer & { readonly version: string }>(
  fleets: Fleets,
  { command, param, verb }: VersionChange<Input>,
) => {
  const componentOf = (given: Input): string => String(given[param]);
  const versionOf = async (given: Input, context: ApplyContext): Promise<string | undefined> =>
    (await readServer(fleets, given, context)).versions[componentOf(given)];
  const set = (given: Input, version: string, context: ApplyContext): Promise<void> =>
    context.send(() =>
      fleets
        .runnerOf(given)
        .change(command, { server: given.server, [param]: componentOf(given), version }, context),
    );
  const outputOf = (given: Input, previousVersion: string): VersionOutput => ({
    server: given.server,
    component: componentOf(given),
    version: given.version,
    previousVersion,
  });
  const look = async (given: Input, context: ApplyContext): Promise<Reconciliation<VersionOutput>> => {
    const found = foundSchema.parse(context.precondition);
    const now = await versionOf(given, context);
    if (now === found.version) return { kind: 'ABSENT' };
    return now === given.version
      ? { kind: 'FOUND', output: outputOf(given, found.version) }
      : { kind: 'UNKNOWN' };
  };
  return {
    check: fleets.check,
    endpointOf: ({ fleet }) => fleet,
    plan: async (given, context) => {
      const found = await findServer(fleets, given, context);
      return found.ok ? planVersion(given, { param, verb }, found.value) : found;
    },
    reconcile: settled(look, fleets.settleMsOf),
    apply: makeOnce(look, async (given: Input, context: ApplyContext) => {
      const { version } = foundSchema.parse(context.precondition);
      if ((await versionOf(given, context)) !== version)
        throw moved(`${inWords(given)} does not have ${componentOf(given)} ${version} any more.`);
      await set(given, given.version, context);
      return outputOf(given, version);
    }),
    verify: async (given, { component, version }, context) => {
      const now = await versionOf(given, context);
      if (now !== version)
        throw notHeld(`${inWords(given)} has ${component} ${now ?? 'no more'}, and not ${version}.`);
    },
    compensate: async (given, { component, version, previousVersion }, context) => {
      const undone = { server: given.server, component, version: previousVersion, previousVersion: version };
      const now = await versionOf(given, context);
      if (now === previousVersion) return undone;
      if (now !== version) throw moved(`${inWords(given)} was changed again since; undoing would lose that.`);
      await set(given, previousVersion, context);
      return undone;
    },
  } satisfies Partial<ActionExecutor<Input, VersionOutput>>;
};

const planVersion = <Input extends NamedServer & { readonly version: string }>(
  given: Input,
  { param, verb }: Pick<VersionChange<Input>, 'param' | 'verb'>,
  { versions }: InspectedServer,
): Outcome<PlannedAction> => {
  const component = String(given[param]);
  const before = versions[component];
  if (before === undefined) {
    const known = Object.keys(versions);
    const message = `There is no ${quoted(component)} on ${inWords(given)}${meantPerhaps(component, known) || '.'}`;
    const suggestions = nearestNames(component, known);
    return refused(refusalAt(param, 'RESOURCE_NOT_FOUND', message, { suggestions }));
  }
  if (before === given.version) {
    const message = `Nothing would change: ${inWords(given)} has ${component} ${before} already.`;
    return refused(refusalAt('version', 'NOTHING_TO_CHANGE', message));
  }
  return accepted({
    summary: `${verb} ${component} on ${inWords(given)} from ${before} to ${given.version}`,
    targets: [targetOf(given)],
    precondition: { version: before },
    diffs: [{ type: 'FIELD', path: `/versions/${component}`, before, after: given.version }],
    findings: [],
  });
};
