import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

// A stand-in for terraform: it reads a small part of its JSON configuration, speaks its plan and its messages, and
// knows resources of every type and no provider.

/** `main.tf.json`. A text that is `${var.NAME}` stands for a variable; a `password` is sensitive. */
export interface TerraformConfiguration {
  readonly variable?: Readonly<Record<string, { readonly default?: unknown }>>;
  /** By type and name. */
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  readonly output?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface TerraformState {
  version: 4;
  serial: number;
  lineage: string;
  outputs: Record<string, unknown>;
  resources: Record<string, Record<string, unknown>>;
}

/** How a test wants the next runs to go. */
export interface TerraformBehaviour {
  /** Says that it applied, and did not. */
  readonly isLying?: boolean;
  /** Fails at this resource, when those before it are there. */
  readonly failsAt?: string;
  /** Before an apply begins, or once all is done. */
  readonly hangs?: 'BEFORE' | 'AFTER';
  readonly isLocked?: boolean;
}

interface PlanFile {
  readonly lineage: string;
  readonly serial: number;
  readonly after: Pick<TerraformState, 'resources' | 'outputs'>;
}

// Everything is in the working directory, as terraform has it.
const stateFile = 'terraform.tfstate';
const readJson = <Value>(file: string, otherwise: Value): Value =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Value) : otherwise;
const none: TerraformState = { version: 4, serial: 0, lineage: '', outputs: {}, resources: {} };
const state = readJson<TerraformState>(stateFile, none);
const behaviour = readJson<TerraformBehaviour>('behaviour.json', {});

const say = (line: object): boolean =>
  process.stdout.write(`${JSON.stringify({ '@level': 'info', '@module': 'terraform.ui', ...line })}\n`);
const failWith = (summary: string, detail = ''): never => {
  say({
    '@level': 'error',
    '@message': `Error: ${summary}`,
    diagnostic: { severity: 'error', summary, detail },
    type: 'diagnostic',
  });
  process.exit(1);
};

const wantedNow = (given: Record<string, unknown>): PlanFile['after'] => {
  const { variable = {}, resource = {}, output = {} } = readJson<TerraformConfiguration>('main.tf.json', {});
  const defaults = Object.entries(variable).map(([name, { default: value }]) => [name, value] as const);
  const variables = { ...Object.fromEntries(defaults), ...given };
  const fill = (value: unknown): unknown => {
    const [, name] = typeof value === 'string' ? (/^\$\{var\.([\w-]+)\}$/.exec(value) ?? []) : [];
    if (name === undefined) return value;
    return (
      variables[name] ?? failWith('No value for required variable', `The variable "${name}" is not set.`)
    );
  };
  const filled = (values: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, fill(value)]));
  return {
    resources: Object.fromEntries(
      Object.entries(resource).flatMap(([type, named]) =>
        Object.entries(named).map(([name, values]) => [`${type}.${name}`, filled(values)]),
      ),
    ),
    outputs: Object.fromEntries(Object.entries(output).map(([name, { value }]) => [name, fill(value)])),
  };
};

type Values = Record<string, unknown> | undefined;
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
const withoutId = (values: Values): Values => {
  if (!values) return undefined;
  const { id: _id, ...rest } = values;
  return rest;
};
const actionsOf = (before: Values, after: Values): string[] => {
  if (!after) return ['delete'];
  if (!before) return ['create'];
  if (same(withoutId(before), after)) return ['no-op'];
  // As a provider says of attributes that cannot be changed in place.
  return before['zone'] === after['zone'] ? ['update'] : ['delete', 'create'];
};
const sensitiveOf = (values: Values) => (values && 'password' in values ? { password: true } : {});

const changesOf = ({ after }: Pick<PlanFile, 'after'>) =>
  [...new Set([...Object.keys(state.resources), ...Object.keys(after.resources)])]
    .toSorted()
    .map((address) => {
      const before = state.resources[address];
      const next = after.resources[address];
      const actions = actionsOf(before, next);
      const [type = '', name = ''] = address.split('.');
      const isNew = actions.includes('create');
      return {
        address,
        mode: 'managed',
        type,
        name,
        provider_name: 'registry.terraform.io/example/cloud',
        change: {
          actions,
          before: before ?? null,
          after: next ? { ...next, ...(isNew ? {} : { id: before?.['id'] }) } : null,
          after_unknown: isNew ? { id: true } : {},
          before_sensitive: before ? sensitiveOf(before) : false,
          after_sensitive: next ? sensitiveOf(next) : false,
        },
      };
    });

const outputChangesOf = ({ after }: Pick<PlanFile, 'after'>) =>
  Object.fromEntries(
    [...new Set([...Object.keys(state.outputs), ...Object.keys(after.outputs)])].map((name) => {
      const [before, next] = [state.outputs[name], after.outputs[name]];
      const actions = same(before, next)
        ? ['no-op']
        : [before === undefined ? 'create' : next === undefined ? 'delete' : 'update'];
      const sides = { before: before ?? null, after: next ?? null };
      return [
        name,
        { actions, ...sides, after_unknown: false, before_sensitive: false, after_sensitive: false },
      ];
    }),
  );

const isChange = ({ actions }: { readonly actions: readonly string[] }): boolean => !same(actions, ['no-op']);

const save = (): void => {
  writeFileSync(stateFile, JSON.stringify(state, null, 2));
};

const hook = (address: string, action: string) => ({ resource: { addr: address, module: '' }, action });

const apply = async (planFile: string): Promise<void> => {
  if (behaviour.isLocked) failWith('Error acquiring the state lock', 'Lock Info: ID: 1');
  const plan = readJson<PlanFile>(planFile, { lineage: '', serial: -1, after: none });
  if (plan.serial !== state.serial || plan.lineage !== state.lineage)
    failWith(
      'Saved plan is stale',
      'The given plan file can no longer be applied because the state was changed by another operation after the plan was created.',
    );
  if (behaviour.hangs === 'BEFORE') await sleep(60_000);
  state.lineage ||= randomUUID();
  for (const { address, change } of changesOf(plan)) {
    if (!isChange(change)) continue;
    const action = change.actions.at(-1) ?? '';
    say({ '@message': `${address}: ${action}...`, hook: hook(address, action), type: 'apply_start' });
    if (behaviour.failsAt === address) {
      say({ hook: hook(address, action), type: 'apply_errored' });
      failWith(`creating ${address}: quota exceeded`);
    }
    const next = plan.after.resources[address];
    if (!behaviour.isLying) {
      const { [address]: _gone, ...others } = state.resources;
      state.resources = next
        ? { ...others, [address]: { ...next, id: change.after?.['id'] ?? randomUUID() } }
        : others;
      state.serial += 1;
      save();
    }
    say({ hook: hook(address, action), type: 'apply_complete' });
  }
  if (!behaviour.isLying) {
    state.outputs = plan.after.outputs;
    state.serial += 1;
    save();
  }
  if (behaviour.hangs === 'AFTER') await sleep(60_000);
  say({ '@message': 'Apply complete!', type: 'change_summary' });
};

const [command = '', ...args] = process.argv.slice(2);
const valueOf = (name: string): string | undefined =>
  args.find((arg) => arg.startsWith(`-${name}=`))?.slice(name.length + 2);

switch (command) {
  case 'plan': {
    const after = wantedNow(readJson(valueOf('var-file') ?? '', {}));
    const plan: PlanFile = { lineage: state.lineage, serial: state.serial, after };
    const isOther =
      changesOf(plan).some(({ change }) => isChange(change)) ||
      Object.values(outputChangesOf(plan)).some(isChange);
    const out = valueOf('out');
    if (out !== undefined) writeFileSync(out, JSON.stringify(plan));
    say({ type: 'version', terraform: '1.11.4', ui: '1.2' });
    process.exitCode = isOther ? 2 : 0;
    break;
  }
  case 'show': {
    const plan = readJson<PlanFile>(args.at(-1) ?? '', { lineage: '', serial: 0, after: none });
    process.stdout.write(
      JSON.stringify({
        format_version: '1.2',
        terraform_version: '1.11.4',
        resource_changes: changesOf(plan),
        output_changes: outputChangesOf(plan),
        applyable: true,
        complete: true,
        errored: false,
      }),
    );
    break;
  }
  case 'apply':
    await apply(args.at(-1) ?? '');
    break;
  case 'output':
    process.stdout.write(
      JSON.stringify(
        Object.fromEntries(
          Object.entries(state.outputs).map(([name, value]) => [
            name,
            { sensitive: false, type: typeof value, value },
          ]),
        ),
      ),
    );
    break;
  default:
    failWith(`There is no command ${command}.`);
}
