import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import { faulty, itemsOf, readJson, readRows, type RowsRead } from '../reading-rows.ts';
import type { CatalogueFormat, EntryRow } from './entry.ts';
import { cut, moment, name } from './fields.ts';

const keyOf = ({ externalId }: EntryRow): string => externalId;

const metric = z.array(z.object({ cvssData: z.object({ baseScore: z.number().min(0).max(10) }) })).max(50);

const cpeMatch = z.object({
  vulnerable: z.boolean().default(true),
  criteria: cut(300),
  versionStartIncluding: cut(100).optional(),
  versionEndExcluding: cut(100).optional(),
  versionEndIncluding: cut(100).optional(),
});

/** CVE API 2.0 of the NVD. */
const nvdItem = z
  .object({
    cve: z.object({
      id: name,
      published: moment,
      descriptions: z.array(z.object({ lang: z.string(), value: cut(2_000) })).max(50),
      metrics: z
        .object({
          cvssMetricV40: metric.optional(),
          cvssMetricV31: metric.optional(),
          cvssMetricV30: metric.optional(),
          cvssMetricV2: metric.optional(),
        })
        .default({}),
      configurations: z
        .array(
          z.object({
            nodes: z.array(z.object({ cpeMatch: z.array(cpeMatch).max(500).default([]) })).max(100),
          }),
        )
        .max(100)
        .default([]),
    }),
  })
  .transform(({ cve: { id, published, descriptions, metrics, configurations } }): EntryRow => {
    const text = descriptions.find(({ lang }) => lang === 'en') ?? descriptions[0];
    const { cvssMetricV40, cvssMetricV31, cvssMetricV30, cvssMetricV2 } = metrics;
    const [scored] = cvssMetricV40 ?? cvssMetricV31 ?? cvssMetricV30 ?? cvssMetricV2 ?? [];
    const affected = configurations
      .flatMap(({ nodes }) => nodes.flatMap((node) => node.cpeMatch))
      .filter(({ vulnerable }) => vulnerable)
      .slice(0, 200)
      .map(affectedOfCpe);
    return {
      externalId: id,
      name: id,
      at: published,
      data: { summary: text?.value ?? '', cvss: scored?.cvssData.baseScore ?? null, affected },
    };
  });

/** `cpe:2.3:a:openssl:openssl:3.2.1:*:…` names the product, and one version where no range is given. */
const affectedOfCpe = ({
  criteria,
  versionStartIncluding: from,
  versionEndExcluding: before,
  versionEndIncluding: to,
}: z.output<typeof cpeMatch>): JsonObject => {
  const [, , , , product = '', version = '*'] = criteria.split(':');
  const exact = version !== '*' && version !== '-' ? version : null;
  return { component: product, from: from ?? null, before: before ?? null, to: to ?? null, exact };
};

const readNvd = async (content: string): Promise<RowsRead<EntryRow>> => {
  const read = readJson(content);
  if (!('value' in read)) return faulty(read);
  const list = z.object({ vulnerabilities: z.array(z.unknown()) }).safeParse(read.value);
  if (!list.success)
    return faulty({ path: 'content', message: 'has no list "vulnerabilities", as the NVD gives it.' });
  return readRows(itemsOf(list.data.vulnerabilities, 'vulnerabilities'), nvdItem, keyOf);
};

const osvRange = z.object({
  type: z.string(),
  events: z.array(z.record(z.string(), z.string().max(200))).max(200),
});

/** The schema of OSV.dev. */
const osvItem = z
  .object({
    id: name,
    summary: cut(2_000).optional(),
    details: cut(2_000).optional(),
    published: moment.optional(),
    modified: moment,
    aliases: z.array(cut(100)).max(50).default([]),
    severity: z
      .array(z.object({ type: z.string(), score: z.string().max(300) }))
      .max(10)
      .default([]),
    database_specific: z.object({ cvss: z.number().min(0).max(10).optional() }).optional(),
    affected: z
      .array(
        z.object({
          package: z.object({ name: cut(200) }).optional(),
          ranges: z.array(osvRange).max(100).default([]),
          versions: z.array(cut(100)).max(2_000).default([]),
        }),
      )
      .max(200)
      .default([]),
  })
  .transform((item): EntryRow => {
    const affected = item.affected.flatMap(({ package: named, ranges, versions }) =>
      ranges
        .filter(({ type }) => type !== 'GIT')
        .map(({ events }): JsonObject => ({ ...spanOf(events), component: named?.name ?? '', exact: null }))
        .concat(
          versions.slice(0, 100).map((exact) => ({
            component: named?.name ?? '',
            from: null,
            before: null,
            to: null,
            exact,
          })),
        ),
    );
    const given = Number(
      item.severity.find(({ score }) => /^\d+(?:\.\d+)?$/.test(score))?.score ?? Number.NaN,
    );
    return {
      externalId: item.aliases.find((alias) => alias.startsWith('CVE-')) ?? item.id,
      name: item.id,
      at: item.published ?? item.modified,
      data: {
        summary: item.summary ?? item.details ?? '',
        cvss: Number.isNaN(given) ? (item.database_specific?.cvss ?? null) : given,
        affected: affected.slice(0, 200),
      },
    };
  });

const spanOf = (events: readonly Readonly<Record<string, string>>[]) => {
  const last = (key: string): string | null => events.findLast((event) => key in event)?.[key] ?? null;
  const from = last('introduced');
  return { from: from === '0' ? null : from, before: last('fixed'), to: last('last_affected') };
};

const readOsv = async (content: string): Promise<RowsRead<EntryRow>> => {
  const read = readJson(content);
  if (!('value' in read)) return faulty(read);
  const { value } = read;
  const list = z.object({ vulns: z.array(z.unknown()) }).safeParse(value);
  const items = list.success ? list.data.vulns : Array.isArray(value) ? value : [value];
  return readRows(itemsOf(items, 'vulns'), osvItem, keyOf);
};

export const nvd: CatalogueFormat = { kind: 'VULNERABILITY', read: readNvd };
export const osv: CatalogueFormat = { kind: 'VULNERABILITY', read: readOsv };
