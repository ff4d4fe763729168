import type { Config } from './config.ts';
import type { IntentSettings } from './config/intent-settings.ts';
import { createIntentCheck } from './doors/intents/intent-check.ts';
import { startIntentsDoor, type IntentObserver } from './doors/intents/intents-door.ts';
import type { Caller } from './domain/principal.ts';
import type { Logger } from './infra/logger.ts';
import type { Operations } from './operations.ts';
import { createAccessStore } from './record/access-store.ts';
import type { Services } from './services.ts';
import { tenantOfIntents } from './services/intent-reach.ts';

/** The hand-off directory, where the configuration has one and this process takes submissions in. */
export const startIntentFiles = (
  { intents, role, execution }: Config,
  logger: Logger,
  services: Services,
  operations: Operations,
  originOf: () => string,
  observer: IntentObserver,
): AsyncDisposable | null => {
  if (intents === null || role === 'worker') return null;
  return startIntentsDoor({
    ...intents,
    operations,
    observer,
    caller: callerNamed(intents, services),
    check: createIntentCheck(),
    linkOf: (taskId) => `${originOf()}/tasks/${taskId}`,
    lostAfterMs: execution.leaseMs,
    clock: services.clock,
    logger: logger.child({ part: 'intents' }),
  });
};

/** Configuration says whom files stand for, so no person had a hand in them; and only people decide. */
const callerNamed =
  (intents: IntentSettings, { access, journal, database }: Services) =>
  async (): Promise<Caller | null> => {
    const tenant = await tenantOfIntents(intents, access);
    if (!tenant) return null;
    const store = createAccessStore(database);
    const found = await journal.transaction((tx) =>
      store.findPrincipalByName(tx, tenant.id, intents.principal),
    );
    if (!found || found.disabledAt !== null || found.type === 'HUMAN') return null;
    return { ...found, credential: { id: found.id, kind: 'TOKEN', handIds: [], decidesIn: [] } };
  };
