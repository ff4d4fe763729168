import { z } from 'zod';
import { accepted, refused } from '../../domain/errors.ts';
import { assetQuestion, filterOf } from '../shared/asset-questions.ts';
import {
  catalogueSource,
  counted,
  inventoryAddress,
  inventorySource,
  inventoryWords,
  joinedSource,
} from '../shared/cite.ts';
import { readAllAssets } from '../shared/question-limits.ts';
import { defineTool } from '../contract/tool.ts';
import { findingsOf, feedWords, readVulnerabilities, type Finding } from '../shared/findings.ts';

/** Half again where it is production, half again where the asset is tagged exposure=public; 100 at most. */
const scoreOf = ({ asset: { environment, tags }, vulnerability: { cvss } }: Finding): number => {
  const place = environment === 'PRODUCTION' ? 1.5 : 1;
  const exposure = tags['exposure'] === 'public' ? 1.5 : 1;
  return Math.min(100, Math.round((cvss ?? 5) * (100 / 22.5) * place * exposure));
};

const levelOf = (score: number): 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL' => {
  if (score >= 75) return 'CRITICAL';
  if (score >= 50) return 'HIGH';
  return score >= 25 ? 'MEDIUM' : 'LOW';
};

/** Which vulnerabilities to mend first. */
export const riskScore = defineTool({
  name: 'risk_score',
  title: 'Score risks',
  description:
    'Ranks the vulnerabilities that our own assets have. The score of a finding is CVSS (5 where there is none) scaled to 44, times 1.5 in production, times 1.5 where the asset is tagged exposure=public; that of a vulnerability is its worst finding. 75 and more is CRITICAL, 50 HIGH, 25 MEDIUM.',
  reads: ['INVENTORY', 'VULNERABILITY'],
  input: z.strictObject({
    ...assetQuestion,
    ids: z.array(z.string().min(1).max(100)).max(100).optional().describe('Of these vulnerabilities alone.'),
    limit: z.int().min(1).max(100).default(25),
  }),
  output: z.object({
    total: z.int(),
    risks: z.array(
      z.object({
        vulnerability: z.string(),
        score: z.int(),
        level: z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']),
        cvss: z.number().nullable(),
        assets: z.int(),
        inProduction: z.int(),
        component: z.string(),
        fixedIn: z.string().nullable(),
      }),
    ),
  }),
  async call({ ids, limit, ...question }, { inventory, catalogues }) {
    const filter = filterOf(question);
    const [assets, { vulnerabilities, found, isCut }] = await Promise.all([
      readAllAssets(inventory, filter),
      readVulnerabilities(catalogues, { externalIds: ids }),
    ]);
    if ('refusal' in assets) return refused(assets.refusal);
    const findings = findingsOf(assets.assets, vulnerabilities);
    const risks = [...Map.groupBy(findings, ({ vulnerability }) => vulnerability.id)]
      .map(([id, all]) => riskOf(id, all))
      .toSorted(
        (one, other) => other.score - one.score || one.vulnerability.localeCompare(other.vulnerability),
      );
    return accepted({
      output: { total: risks.length, risks: risks.slice(0, limit) },
      source: joinedSource(inventorySource(assets), catalogueSource('VULNERABILITY', found)),
      citation: {
        text: `${counted(risks.length, 'vulnerability', 'vulnerabilities')} in ${counted(assets.assets.length, 'asset')}, ${inventoryWords(assets)}, ${feedWords({ found, isCut })}`,
        rows: inventoryAddress(filter, assets.at),
      },
    });
  },
});

const riskOf = (id: string, findings: readonly Finding[]) => {
  const score = Math.max(...findings.map(scoreOf));
  const [first] = findings;
  return {
    vulnerability: id,
    score,
    level: levelOf(score),
    cvss: first?.vulnerability.cvss ?? null,
    assets: new Set(findings.map(({ asset }) => asset.name)).size,
    inProduction: new Set(
      findings.flatMap(({ asset }) => (asset.environment === 'PRODUCTION' ? asset.name : [])),
    ).size,
    component: first?.component ?? '',
    fixedIn: first?.fixedIn ?? null,
  };
};
