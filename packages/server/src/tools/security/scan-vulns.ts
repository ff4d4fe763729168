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
import { findingsOf, feedWords, readVulnerabilities } from '../shared/findings.ts';

/** Which assets have a version that a known vulnerability is in. */
export const scanVulns = defineTool({
  name: 'scan_vulns',
  title: 'Scan for vulnerabilities',
  description:
    'Holds the versions of the inventory against the imported feeds. It touches no machine: what the inventory does not say, it does not see.',
  reads: ['INVENTORY', 'VULNERABILITY'],
  input: z.strictObject({ ...assetQuestion, limit: z.int().min(1).max(200).default(50) }),
  output: z.object({
    scanned: z.int(),
    affectedAssets: z.int(),
    total: z.int(),
    findings: z.array(
      z.object({
        asset: z.string(),
        component: z.string(),
        version: z.string(),
        vulnerability: z.string(),
        cvss: z.number().nullable(),
        fixedIn: z.string().nullable(),
      }),
    ),
  }),
  async call({ limit, ...question }, { inventory, catalogues }) {
    const filter = filterOf(question);
    const [assets, { vulnerabilities, found, isCut }] = await Promise.all([
      readAllAssets(inventory, filter),
      readVulnerabilities(catalogues),
    ]);
    if ('refusal' in assets) return refused(assets.refusal);
    const findings = findingsOf(assets.assets, vulnerabilities);
    const affectedAssets = new Set(findings.map(({ asset }) => asset.name)).size;
    return accepted({
      output: {
        scanned: assets.assets.length,
        affectedAssets,
        total: findings.length,
        findings: findings.slice(0, limit).map(({ asset, component, version, vulnerability, fixedIn }) => ({
          asset: asset.name,
          component,
          version,
          vulnerability: vulnerability.id,
          cvss: vulnerability.cvss,
          fixedIn,
        })),
      },
      source: joinedSource(inventorySource(assets), catalogueSource('VULNERABILITY', found)),
      citation: {
        text: `${affectedAssets} of ${counted(assets.assets.length, question.kind ?? 'asset')} have a known vulnerability, ${inventoryWords(assets)}, ${feedWords({ found, isCut })}`,
        rows: inventoryAddress(filter, assets.at),
      },
    });
  },
});
