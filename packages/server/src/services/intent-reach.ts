import type { IntentSettings } from '../config/intent-settings.ts';
import type { IntentFiles, Tenant } from '../modules/access/index.ts';
import type { Services } from '../services.ts';

/** Whose tasks the files of the hand-off directory become. */
export const tenantOfIntents = async (
  { tenant: named }: IntentSettings,
  access: Services['access'],
): Promise<Tenant | undefined> => {
  const tenants = await access.findTenants();
  return named === null ? tenants[0] : tenants.find(({ name }) => name === named);
};

/** What a tenant is told of the directory: null where files are no tasks of theirs. */
export const createFindIntentFiles =
  ({ live, access }: Pick<Services, 'live' | 'access'>) =>
  async (tenantId: string): Promise<IntentFiles | null> => {
    const { intents } = live.now();
    if (intents === null || (await tenantOfIntents(intents, access))?.id !== tenantId) return null;
    return { types: Object.keys(intents.actions), directory: intents.folders.handoff };
  };
