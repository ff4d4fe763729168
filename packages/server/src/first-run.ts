import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { demoRepositoryPath, type Config } from './config.ts';
import type { Role } from '@countersign/shared';
import type { Principal } from './domain/principal.ts';
import type { Outcome } from './domain/errors.ts';
import { makeFolder } from './infra/claimed-folder.ts';
import type { AccessService } from './modules/access/index.ts';

/** What a newcomer needs to try everything, as `first-run.json` keeps it. */
export interface FirstRun {
  readonly url: string;
  /** Opens the console once, for the operator. */
  readonly signInUrl: string;
  /** API key of an agent that submits tasks. */
  readonly agentKey: string;
  /** API key of a person who may approve. */
  readonly approverKey: string;
  /** Path of a bare git repository that `repo.commit` may write to under the name "demo". */
  readonly demoRepository: string;
}

const keysSchema = z.object({ agentKey: z.string(), approverKey: z.string() });
const tenantName = 'default';

/**
 * Makes the first tenant with an operator, an approver and an agent, a demo repository, and
 * `first-run.json` (mode 0600). Later starts keep the keys as long as they still work, and make a new link.
 */
export const prepareFirstRun = async (
  config: Config,
  access: AccessService,
  url: string,
): Promise<FirstRun> => {
  const tenant = await access.ensureTenant(tenantName);
  const person = (name: string, roles: readonly Role[]) =>
    access.ensurePrincipal({ tenantId: tenant.id, type: 'HUMAN', name, roles: [...roles] });
  const operator = await person('Operator', ['VIEWER', 'SUBMITTER', 'APPROVER', 'OPERATOR', 'ADMIN']);
  const approver = await person('Approver', ['VIEWER', 'APPROVER']);
  // Whoever tries it out as one of the two above may decide on what the agent does.
  const developer = await person('Developer', ['VIEWER']);
  const agent = await access.ensurePrincipal({
    tenantId: tenant.id,
    type: 'AGENT',
    name: 'demo-agent',
    roles: ['SUBMITTER'],
    ownerId: developer.id,
  });

  const file = join(config.home, 'first-run.json');
  const kept = await readKeys(file);
  const keyOf = async (principal: Principal, known: string | undefined): Promise<string> => {
    const holder =
      known === undefined ? null : await access.authenticate({ authorization: `Bearer ${known}` });
    if (known !== undefined && holder?.id === principal.id) return known;
    return valueOf(await access.issueApiKey(tenant.id, { principalId: principal.id, name: 'First run' }))
      .secret;
  };
  const link = valueOf(await access.createSignInLink(operator.id));
  const firstRun: FirstRun = {
    url,
    signInUrl: `${url}/sign-in#token=${link.token}`,
    agentKey: await keyOf(agent, kept?.agentKey),
    approverKey: await keyOf(approver, kept?.approverKey),
    demoRepository: demoRepositoryPath(config.home),
  };
  await writeWhole(file, `${JSON.stringify(firstRun, null, 2)}\n`);
  return firstRun;
};

const readKeys = async (file: string): Promise<z.output<typeof keysSchema> | undefined> => {
  try {
    return keysSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
};

/** Nobody ever reads half of it, and only its owner reads it at all. */
const writeWhole = async (file: string, text: string): Promise<void> => {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
};

const valueOf = <Value>(outcome: Outcome<Value>): Value => {
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return outcome.value;
};

const readme = `# Demo

A repository to try Countersign on. Every commit after the first came through an approval.
`;

/** A bare repository with one commit on main; what exists stays as it is. */
export const ensureDemoRepository = async (config: Config): Promise<void> => {
  const path = demoRepositoryPath(config.home);
  const git = async (args: readonly string[], input?: string): Promise<string> => {
    const { name, email } = config.executors.author;
    const result = await execa('git', ['-C', path, ...args], {
      extendEnv: false,
      env: {
        ...config.executors.gitEnvironment,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: name,
        GIT_AUTHOR_EMAIL: email,
        GIT_COMMITTER_NAME: name,
        GIT_COMMITTER_EMAIL: email,
      },
      ...(input === undefined ? {} : { input }),
    });
    return result.stdout.trim();
  };
  makeFolder(path);
  await git(['init', '--bare', '--quiet', '--initial-branch=main', '.']);
  const hasHead = await git(['rev-parse', '--verify', '--quiet', 'refs/heads/main']).then(
    Boolean,
    () => false,
  );
  if (hasHead) return;
  const blob = await git(['hash-object', '-w', '--stdin'], readme);
  const tree = await git(['mktree'], `100644 blob ${blob}\tREADME.md\n`);
  const commit = await git(['commit-tree', tree, '-m', 'Begin']);
  await git(['update-ref', 'refs/heads/main', commit, '']);
};
