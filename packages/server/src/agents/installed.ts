import type { Specialist } from '../domain/specialist.ts';
import { driftAgent } from './drift/agent.ts';
import { patchAgent } from './patch/agent.ts';
import { complianceAgent } from './compliance/agent.ts';
import { incidentAgent } from './incident/agent.ts';
import { drAgent } from './dr/agent.ts';
import { costAgent } from './cost/agent.ts';
import { securityAgent } from './security/agent.ts';
import { imageAgent } from './image/agent.ts';
import { sopAgent } from './sop/agent.ts';
import { adapterAgent } from './adapter/agent.ts';

/** The specialists, one folder each: data and a prompt. Of goals that speak for several alike, the first word decides. */
export const installedSpecialists: readonly Specialist[] = [
  driftAgent,
  patchAgent,
  complianceAgent,
  incidentAgent,
  drAgent,
  costAgent,
  securityAgent,
  imageAgent,
  sopAgent,
  adapterAgent,
];
