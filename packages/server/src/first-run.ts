import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Role } from '@countersign/shared';
import { z } from 'zod';
import { bootstrap, valueOf } from './bootstrap.ts';
import type { Config } from './config.ts';
import { writeDurably } from './infra/durable-files.ts';
import type { AccessService } from './modules/access/index.ts';

const firstRunSchema = z.object({
  url: z.string(),
  /** Opens the console once, for the operator. */
  signInUrl: z.string(),
  /** API key of an agent that submits tasks. */
  agentKey: z.string(),
  /** API keys of two people who may approve; like the next one, for trying out: not in PRODUCTION. */
  approverKey: z.string(),
  approver2Key: z.string(),
  /** API key of the operator, who administers. */
  adminKey: z.string(),
});

/** What a newcomer needs to try everything. `first-run.json` keeps it, with what platforms made to be tried on. */
export type FirstRun = Readonly<z.output<typeof firstRunSchema>>;

const keptSchema = firstRunSchema.partial().loose();
/** An earlier version kept less. */
type Kept = Readonly<z.output<typeof keptSchema>>;

export const firstRunFile = (config: Config): string => join(config.home, 'first-run.json');

/**
 * On a new database: the first tenant with its administrator, people and an agent to try everything with, and
 * `first-run.json` (mode 0600). Null on one that was set up before: a later start makes no credentials.
 */
export const prepareFirstRun = async (
  config: Config,
  access: AccessService,
  url: string,
  samples: Readonly<Record<string, string>>,
): Promise<FirstRun | null> => {
  const first = await bootstrap(access, url);
  if (!first) return null;
  const tenantId = first.tenant.id;
  const person = (name: string, roles: readonly Role[]) =>
    access.ensurePrincipal({ tenantId, type: 'HUMAN', name, roles: [...roles] });
  // Somebody else answers for the agent, so that all who may approve can try it on what the agent asks for.
  const developer = await person('Developer', ['VIEWER']);
  const agent = await access.ensurePrincipal({
    tenantId,
    type: 'AGENT',
    name: 'demo-agent',
    roles: ['SUBMITTER'],
    ownerId: developer.id,
  });
  // An operator, so that the example of an emergency may go before all that waits.
  await access.ensurePrincipal({
    tenantId,
    type: 'SERVICE',
    name: 'intent-files',
    roles: ['SUBMITTER', 'OPERATOR'],
    ownerId: developer.id,
  });
  const keyOf = async ({ id: principalId }: { readonly id: string }): Promise<string> =>
    valueOf(await access.issueApiKey(tenantId, { principalId, name: 'First run' })).secret;
  const firstRun = {
    url,
    signInUrl: first.signInUrl,
    agentKey: await keyOf(agent),
    approverKey: await keyOf(await person('Approver', ['VIEWER', 'APPROVER'])),
    approver2Key: await keyOf(await person('Second approver', ['VIEWER', 'APPROVER'])),
    adminKey: await keyOf(first.administrator),
    ...samples,
  };
  await writeDurably(firstRunFile(config), `${JSON.stringify(firstRun, null, 2)}\n`);
  return firstRun;
};

/** What the first start kept, brought up to where people reach us now; null where it kept nothing here. */
export const recallFirstRun = async (config: Config, url?: string): Promise<Kept | null> => {
  const kept = await readKept(firstRunFile(config));
  if (!kept || url === undefined || kept.url === url) return kept;
  const current = { ...kept, url };
  await writeDurably(firstRunFile(config), `${JSON.stringify(current, null, 2)}\n`);
  return current;
};

const readKept = async (file: string): Promise<Kept | null> => {
  try {
    return keptSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
};
