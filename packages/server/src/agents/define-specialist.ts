import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Proposable, Specialist } from '../domain/specialist.ts';

/** With the prompt of its folder. */
export const defineSpecialist = (folder: string, data: Omit<Specialist, 'prompt'>): Specialist => ({
  ...data,
  prompt: readFileSync(join(folder, 'prompt.md'), 'utf8'),
});

export const deploymentAction = (change: 'image' | 'restart' | 'scale'): Proposable => ({
  type: `kubernetes.deployment.${change}`,
  target: ['cluster', 'namespace', 'name'],
});

export const fleetAction = (change: 'image' | 'patch' | 'restart'): Proposable => ({
  type: `fleet.${change}`,
  target: ['fleet', 'server'],
});

/** How every specialist may tell what it found. */
export const reportActions: readonly Proposable[] = [
  { type: 'slack.message.post', target: ['channel'] },
  { type: 'trello.card.create', target: ['listId'] },
  { type: 'notion.page.create', target: ['database_id'] },
];
