import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { leftOut, type Samples } from './samples.ts';

const policyFile = join(import.meta.dirname, '../../../../policies/data.json');
/** As shipped, but for one time: what decides already is no draft. */
const otherData = (): unknown => {
  const data = JSON.parse(readFileSync(policyFile, 'utf8')) as {
    settings: { approval: { default: Record<string, unknown> } };
  };
  data.settings.approval.default['expiresInMs'] = 3_600_000 + Math.floor(Math.random() * 1_000_000);
  return data;
};
const later = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

/** What anything may be given whose id it is not. A new name that takes something has to be said here. */
export const plainSamples = (mark: string): Samples => ({
  reason: `Because ${mark} says so`,
  justification: leftOut,
  note: mark,
  question: `Why, ${mark}?`,
  answer: `So, ${mark}.`,
  comment: mark,
  evidence: `${mark} has looked`,
  goal: mark,
  task: mark,
  'EditTaskInput.revision': 99,
  'editTask.revision': 99,
  'approvePart.revision': 99,
  intent: () => `Do nothing ${crypto.randomUUID()}`,
  decision: 'approve',
  timeoutSeconds: 1,
  waitSeconds: 0,
  name: () => `${mark} ${crypto.randomUUID()}`,
  'CreateApiKeyInput.name': mark,
  idempotencyKey: () => crypto.randomUUID(),
  first: 3,
  revision: 1,
  type: 'noop.run',
  'CreatePrincipalInput.type': 'AGENT',
  params: { label: mark },
  actions: ['one', 'other'].map((name) => ({ name, type: 'noop.run', params: { label: mark } })),
  'ApprovePartInput.actions': ['one'],
  'approvePart.actions': ['one'],
  'Idempotency-Key': () => crypto.randomUUID(),
  requiresApproval: true,
  step: 'noop',
  actionType: 'noop.run@1',
  maxRisk: 'HIGH',
  target: `${mark}@*`,
  uses: 3,
  expiresAt: later(1),
  until: later(2),
  'StartPolicySimulationInput.until': leftOut,
  platform: 'noop',
  control: 'OPEN',
  roles: ['SUBMITTER'],
  'StopScopeInput.kind': 'AGENT',
  mode: leftOut,
  'EngageKillSwitchInput.mode': 'PAUSE',
  stage: 'OBSERVE',
  'QuarantineSourceInput.kind': 'WEB',
  'TaskSourceInput.kind': 'WEB',
  reference: () => `https://${mark}.test/${crypto.randomUUID()}`,
  executionQuality: 5,
  correlationId: leftOut,
  'CreateWebhookInput.types': ['action:failed'],
  url: () => `http://127.0.0.1:9/${mark}/${crypto.randomUUID()}`,
  // Who has shown their passkey is a story of its own.
  stepUp: leftOut,
  challengeId: () => crypto.randomUUID(),
  credential: {},
  'ImportAssetsInput.source': mark,
  'ImportAssetsInput.format': 'CSV',
  'ImportAssetsInput.content': `external_id,kind,name\n${mark},host,${mark}\n`,
  'importAssets.source': mark,
  'importAssets.format': 'CSV',
  'importAssets.content': `external_id,kind,name\n${mark},host,${mark}\n`,
  'ImportCatalogueInput.source': mark,
  'ImportCatalogueInput.format': 'GOLDEN_IMAGES_JSON',
  'ImportCatalogueInput.content': JSON.stringify([
    { name: mark, version: '1', role: 'web', status: 'GOLDEN' },
  ]),
  'importCatalogue.source': mark,
  'importCatalogue.format': 'GOLDEN_IMAGES_JSON',
  'importCatalogue.content': JSON.stringify([{ name: mark, version: '1', role: 'web', status: 'GOLDEN' }]),
  'askTool.tool': 'query_assets',
  'askTool.input': {},
  'LinkSlackUserInput.token': 'x'.repeat(43),
  slackUserId: () => `U${crypto.randomUUID().replaceAll('-', '').slice(0, 10).toUpperCase()}`,
  email: () => `${crypto.randomUUID()}@${mark}.test`,
  'BeginStepUpInput.publishVersionId': leftOut,
  'BeginStepUpInput.restoreId': leftOut,
  'BeginStepUpInput.release': leftOut,
  'TaskFilter.idempotencyKey': leftOut,
  'DraftPolicyInput.data': otherData,
  'EraseAuditEntriesInput.seq': leftOut,
});
