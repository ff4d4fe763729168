import { releaseStages, stopModes, stopScopes } from '@countersign/shared';
import { defaultReleaseQuorum, wordsOfScope, type StopScope } from '../domain/kill-switch.ts';
import { meantPerhaps } from '../domain/nearest.ts';
import { newId } from '../infra/ids.ts';
import { engage, orderFaults, releaseByMachine, scopeOf } from '../modules/stops/index.ts';
import { openAccess } from './operator-access.ts';
import { actionTypeNames, platformNames } from '../platforms/index.ts';
import { heldSteps } from '../record/held-steps.ts';
import { createKillSwitchStore } from '../record/kill-switch-store.ts';
import { createStopFile } from '../record/stop-file.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import { commandLogger } from './logger.ts';
import { commandConfiguration } from './command-configuration.ts';

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

const read = (words: readonly string[]) => readWords(words, options);

const oneOf = <Word extends string>(words: readonly Word[], given: string, name: string): Word => {
  const word = words.find((each) => each === given.toUpperCase());
  if (word === undefined) throw new UsageError(`--${name} is one of ${words.join(', ')}.`);
  return word;
};

/** `PLATFORM=git` */
const readScope = (given: string): StopScope => {
  const at = given.indexOf('=');
  const kind = oneOf(stopScopes, at < 0 ? given : given.slice(0, at), 'scope');
  const value = at < 0 ? null : given.slice(at + 1);
  if ((value === null) !== (kind === 'GLOBAL' || kind === 'TENANT'))
    throw new UsageError('--scope is GLOBAL, TENANT, or KIND=VALUE: PLATFORM=git, ENVIRONMENT=PRODUCTION.');
  return scopeOf({ kind, value });
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
  const { config } = await commandConfiguration();
  const logger = commandLogger(config);
  const { database, journal, access } = await openAccess(config, logger, stack);
  const platforms = [...platformNames, ...Object.keys(config.executors.platformModules)];
  const store = createKillSwitchStore(database);
  return { config, journal, access, platforms, store, stopFile: createStopFile(config.home) };
};

const told = ({ json }: Values, data: object, words: string): string =>
  json ? `${JSON.stringify(data)}\n` : `${words}\n`;

/** What stops something has such a name. */
const nameShape = /^[a-z][\w.-]{0,199}(@\d{1,9})?$/i;
const lookUpMs = 5_000;

const lookUp = async (names: Promise<readonly string[]>): Promise<readonly string[]> => {
  using stack = new DisposableStack();
  const late = new Promise<never>((_, reject) => {
    const seconds = lookUpMs / 1_000;
    const timer = setTimeout(() => reject(new Error(`It took longer than ${seconds} s.`)), lookUpMs);
    stack.defer(() => clearTimeout(timer));
  });
  return await Promise.race([names, late]);
};

/** Other machines may have what this one's configuration has not, so nothing keeps anybody from stopping: it is told. */
const doubtOf = async (
  { config, platforms }: Tools,
  { kind, value }: StopScope,
): Promise<{ readonly doubt?: string }> => {
  if (value === null || (kind !== 'PLATFORM' && kind !== 'ACTION_TYPE')) return {};
  const what = `${kind === 'PLATFORM' ? 'a platform' : 'a type of action'} "${value}"`;
  const unless = 'If no other machine has it, this stops nothing.';
  try {
    const names = kind === 'PLATFORM' ? platforms : await lookUp(actionTypeNames(config));
    if (names.includes(value)) return {};
    return { doubt: `There is not ${what} by this configuration${meantPerhaps(value, names)}. ${unless}` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { doubt: `Whether there is ${what} could not be looked up: ${why} ${unless}` };
  }
};

const stop = async (values: Values, stack: AsyncDisposableStack): Promise<string> => {
  const scope = readScope(values.scope);
  const mode = oneOf(stopModes, values.mode, 'mode');
  const tools = await open(stack);
  const { journal, store, access } = tools;
  const tenantId = await store.findOwnTenant();
  if (tenantId === null) throw new Error('Nothing can be stopped: there is no tenant yet.');
  const order = { scope, mode, reason: values.reason ?? 'Emergency stop', isDrill: values.drill };
  const named = scope.value !== null && nameShape.test(scope.value) ? [scope.value] : [];
  const faults = await orderFaults(order, {
    platforms: named,
    actionTypes: named,
    hasPrincipal: async (id) => (await access.findPrincipals(tenantId, [id])).length > 0,
  });
  if (faults.length > 0)
    throw new UsageError(faults.map(({ path, message }) => `${path} ${message}.`).join(' '));
  const engaged = await engage({ store, journal, newId }, { tenantId, principal: null }, order);
  if (!engaged.ok) throw new Error(engaged.refusal.message);
  const { killSwitch, quietAfterMs } = engaged.value;
  const { doubt } = await doubtOf(tools, scope);
  const verb = values.drill ? 'Drilled a stop of' : 'Stopped';
  return told(
    values,
    { id: killSwitch.id, quietAfterMs, ...(doubt !== undefined && { doubt }) },
    `${verb} ${wordsOfScope(scope)} (${mode}). Nothing of it can begin any more, since ${Math.round(quietAfterMs)} ms after.\nTo release it: countersign release ${killSwitch.id} --reason WORDS${doubt === undefined ? '' : `\n${doubt}`}`,
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
