import { parseArgs } from 'node:util';
import { releaseStages, stopModes, stopScopes } from '@countersign/shared';
import { loadConfiguration } from './config.ts';
import { defaultReleaseQuorum, wordsOfScope, type StopScope } from './domain/kill-switch.ts';
import { newId } from './infra/ids.ts';
import { createLogger } from './infra/logger.ts';
import { engage, orderFaults, releaseByMachine } from './modules/stops/index.ts';
import { openAccess } from './operator-access.ts';
import { platformNames } from './platforms/index.ts';
import { heldSteps } from './record/held-steps.ts';
import { createKillSwitchStore } from './record/kill-switch-store.ts';
import { createStopFile } from './record/stop-file.ts';
import { UsageError } from './usage-error.ts';

const options = {
  scope: { type: 'string', default: 'GLOBAL' },
  mode: { type: 'string', default: 'HALT' },
  reason: { type: 'string' },
  stage: { type: 'string', default: 'ALL' },
  drill: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof read>['values'];
type Tools = Awaited<ReturnType<typeof open>>;

const read = (words: readonly string[]) => {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
};

const oneOf = <Word extends string>(words: readonly Word[], given: string, name: string): Word => {
  const word = words.find((each) => each === given.toUpperCase());
  if (word === undefined) throw new UsageError(`--${name} is one of ${words.join(', ')}.`);
  return word;
};

/** `PLATFORM=git` */
const scopeOf = (given: string): StopScope => {
  const at = given.indexOf('=');
  const kind = oneOf(stopScopes, at < 0 ? given : given.slice(0, at), 'scope');
  const value = at < 0 ? null : given.slice(at + 1);
  if ((value === null) !== (kind === 'GLOBAL' || kind === 'TENANT'))
    throw new UsageError('--scope is GLOBAL, TENANT, or KIND=VALUE: PLATFORM=git, ENVIRONMENT=PRODUCTION.');
  return { kind, value };
};

/** `countersign stop`, `stop status` and `release`: straight on the database, whether a server runs or not. */
export const runStop = async (words: readonly string[]): Promise<string> => {
  const { values, positionals } = read(words);
  const [command, what, ...rest] = positionals;
  const isStatus = command === 'stop' && what === 'status' && rest.length === 0;
  const isStop = command === 'stop' && what === undefined;
  if (!isStatus && !isStop && (command !== 'release' || what === undefined || rest.length > 0))
    throw new UsageError('It is: stop [--scope …], stop status, or release ID --reason WORDS.');
  await using stack = new AsyncDisposableStack();
  if (isStop) return await stop(values, stack);
  const tools = await open(stack);
  return await (isStatus ? tellStatus(tools, values) : release(tools, what ?? '', values));
};

const open = async (stack: AsyncDisposableStack) => {
  const { config } = await loadConfiguration();
  const logger = createLogger({ level: config.log.level });
  const { database, journal, access } = await openAccess(config, logger, stack);
  const platforms = [...platformNames, ...Object.keys(config.executors.platformModules)];
  const store = createKillSwitchStore(database);
  return { journal, access, platforms, store, stopFile: createStopFile(config.home) };
};

const told = ({ json }: Values, data: object, words: string): string =>
  json ? `${JSON.stringify(data)}\n` : `${words}\n`;

const stop = async (values: Values, stack: AsyncDisposableStack): Promise<string> => {
  const scope = scopeOf(values.scope);
  const mode = oneOf(stopModes, values.mode, 'mode');
  const { journal, store, access, platforms } = await open(stack);
  const tenantId = await store.findOwnTenant();
  if (tenantId === null) throw new Error('Nothing can be stopped: there is no tenant yet.');
  const order = { scope, mode, reason: values.reason ?? 'Emergency stop', isDrill: values.drill };
  const faults = await orderFaults(order, {
    platforms,
    // Only a server that runs knows them all.
    actionTypes: scope.value === null ? [] : [scope.value],
    hasPrincipal: async (id) => (await access.findPrincipals(tenantId, [id])).length > 0,
  });
  if (faults.length > 0)
    throw new UsageError(faults.map(({ path, message }) => `${path} ${message}.`).join(' '));
  const engaged = await engage({ store, journal, newId }, { tenantId, principal: null }, order);
  if (!engaged.ok) throw new Error(engaged.refusal.message);
  const { killSwitch, quietAfterMs } = engaged.value;
  const verb = values.drill ? 'Drilled a stop of' : 'Stopped';
  return told(
    values,
    { id: killSwitch.id, quietAfterMs },
    `${verb} ${wordsOfScope(scope)} (${mode}). Nothing of it can begin any more, since ${Math.round(quietAfterMs)} ms after.\nTo release it: countersign release ${killSwitch.id} --reason WORDS`,
  );
};

const tellStatus = async ({ store, stopFile }: Tools, values: Values): Promise<string> => {
  const engaged = await store.findEngaged();
  const file = stopFile();
  const lines = engaged.map(
    ({ id, mode, stage, isDrill, reason, engagedAt, ...scope }) =>
      `${id}  ${isDrill ? 'drill of ' : ''}${wordsOfScope(scope)}  ${mode}  ${stage}  since ${engagedAt.toISOString()}: ${reason}`,
  );
  const words = [...(file === null ? [] : [file]), ...lines];
  return told(values, { file, engaged }, words.length === 0 ? 'Nothing is stopped.' : words.join('\n'));
};

const release = async ({ store, journal }: Tools, id: string, values: Values): Promise<string> => {
  if (values.reason === undefined) throw new UsageError('release takes --reason WORDS.');
  const stage = oneOf(releaseStages, values.stage, 'stage');
  const requiredFor = (kind: StopScope['kind']): number => defaultReleaseQuorum[kind];
  const order = { id, stage, reason: values.reason };
  const released = await releaseByMachine({ store, heldSteps, journal, requiredFor }, order);
  if (!released.ok) throw new Error(released.refusal.message);
  return told(values, { id, stage }, `Released ${wordsOfScope(released.value)} to ${stage}.`);
};
