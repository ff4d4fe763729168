import { resetPasskeys } from '../modules/passkeys/index.ts';
import { openAccess } from './operator-access.ts';
import { createPasskeyStore } from '../record/passkey-store.ts';
import { readWords } from '../client/command-words.ts';
import { UsageError } from '../client/usage-error.ts';
import { commandLogger } from './logger.ts';
import { commandConfiguration } from './command-configuration.ts';

const read = (words: readonly string[]) =>
  readWords(words, { tenant: { type: 'string' }, json: { type: 'boolean', default: false } });

/** `countersign passkeys reset PERSON`: what to print. */
export const runPasskeys = async (words: readonly string[]): Promise<string> => {
  const { values, positionals } = read(words);
  const [act, name, ...rest] = positionals;
  if (act !== 'reset' || name === undefined || rest.length > 0)
    throw new UsageError('passkeys takes: reset PERSON.');
  const { config } = await commandConfiguration();
  await using stack = new AsyncDisposableStack();
  const { database, journal, access } = await openAccess(config, commandLogger(config), stack);
  const tenants = await access.findTenants();
  const wanted = values.tenant;
  const found = (await access.findPeople(name)).filter(
    ({ tenantId }) =>
      wanted === undefined || tenants.some((tenant) => tenant.id === tenantId && tenant.name === wanted),
  );
  const [person, ...others] = found;
  if (!person) throw new Error(`There is no person called ${name} who may act.`);
  if (others.length > 0)
    throw new Error(`More than one tenant has a person called ${name}: name it with --tenant.`);
  const removed = await resetPasskeys({ passkeys: createPasskeyStore(database), journal }, person);
  return values.json
    ? `${JSON.stringify({ principal: person.name, removed })}\n`
    : `Removed ${removed === 1 ? 'the passkey' : `${removed} passkeys`} of ${person.name}. They add another within ten minutes of signing in: countersign sign-in-link --principal NAME\n`;
};
