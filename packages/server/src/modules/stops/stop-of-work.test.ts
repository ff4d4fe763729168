import { expect, test } from 'vitest';
import { at } from '../../../testing/domain-samples.ts';
import { stopOf, type KillSwitch } from '../../domain/kill-switch.ts';
import { createFindStop } from './stop-of-work.ts';

const observing: KillSwitch = {
  id: 'switch',
  tenantId: 'tenant',
  kind: 'TENANT',
  value: null,
  mode: 'PAUSE',
  isDrill: false,
  reason: 'Emergency stop',
  byId: null,
  engagedAt: at(0),
  stage: 'OBSERVE',
  stagedAt: at(1),
  epoch: 2,
  asks: [],
};
const task = {
  tenantId: 'tenant',
  environment: 'STAGING',
  risk: 'HIGH',
  submittedById: 'agent',
  sources: [],
} as const;
const step = (category: 'READ' | 'WRITE') => ({ platform: 'http', actionType: 'http.request@1', category });

test('work that only reads is not stopped by a stop that lets reads go on, and work of which one step writes is', async () => {
  const findStop = createFindStop(
    async (subject) => stopOf([observing], subject),
    () => Promise.resolve(null),
  );
  expect(await findStop(task, [step('READ'), step('READ')])).toBeNull();
  expect(await findStop(task, [step('READ'), step('WRITE')])).toMatchObject({ mode: 'PAUSE' });
});
