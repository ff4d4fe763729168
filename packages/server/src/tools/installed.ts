import { discoverApi } from './apis/discover-api.ts';
import { generateAdapter } from './apis/generate-adapter.ts';
import { terraformPlan } from './apis/terraform-plan.ts';
import { checkControl } from './compliance/check-control.ts';
import { checkControls } from './compliance/check-controls.ts';
import { generateEvidence } from './compliance/generate-evidence.ts';
import type { AnyTool } from './contract/tool.ts';
import { billingData } from './costs/billing-data.ts';
import { forecast } from './costs/forecast.ts';
import { recommend } from './costs/recommend.ts';
import { buildImage } from './images/build-image.ts';
import { getGoldenImage } from './images/get-golden-image.ts';
import { promote } from './images/promote.ts';
import { validate } from './images/validate.ts';
import { correlateEvents } from './incidents/correlate-events.ts';
import { queryLogs } from './incidents/query-logs.ts';
import { compareVersions } from './inventory/compare-versions.ts';
import { generatePatchPlan } from './inventory/generate-patch-plan.ts';
import { queryAssets } from './inventory/query-assets.ts';
import { executeSop } from './procedures/execute-sop.ts';
import { generateSop } from './procedures/generate-sop.ts';
import { validateSop } from './procedures/validate-sop.ts';
import { infraGraph } from './resilience/infra-graph.ts';
import { simulateFailover } from './resilience/simulate-failover.ts';
import { checkExposure } from './security/check-exposure.ts';
import { cveFeed } from './security/cve-feed.ts';
import { generateRollout } from './security/generate-rollout.ts';
import { riskScore } from './security/risk-score.ts';
import { scanVulns } from './security/scan-vulns.ts';

/** All tools that agents may be given, by what they are for. */
export const installedTools: readonly AnyTool[] = [
  queryAssets,
  compareVersions,
  generatePatchPlan,
  getGoldenImage,
  cveFeed,
  riskScore,
  generateRollout,
  scanVulns,
  checkExposure,
  checkControls,
  checkControl,
  generateEvidence,
  queryLogs,
  correlateEvents,
  infraGraph,
  simulateFailover,
  billingData,
  forecast,
  recommend,
  buildImage,
  validate,
  promote,
  generateSop,
  validateSop,
  executeSop,
  discoverApi,
  generateAdapter,
  terraformPlan,
];
