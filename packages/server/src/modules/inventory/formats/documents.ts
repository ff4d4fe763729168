import { z } from 'zod';
import { faulty, itemsOf, readJson, readRows, type RowsRead } from '../reading-rows.ts';
import type { CatalogueFormat, EntryRow } from './entry.ts';
import { cut, name } from './fields.ts';

const methods = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options'] as const;

const openapiDocument = z.object({
  openapi: z.string().regex(/^3\./, 'must be 3.x'),
  info: z.object({ title: name, version: cut(50) }),
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

const openapiOperation = z
  .object({
    api: z.string(),
    version: z.string(),
    method: z.enum(methods),
    path: cut(500),
    operation: z.object({
      operationId: cut(200).optional(),
      summary: cut(500).optional(),
      description: cut(1_000).optional(),
      deprecated: z.boolean().default(false),
      requestBody: z.unknown().optional(),
    }),
  })
  .transform(
    ({
      api,
      version,
      method,
      path,
      operation: { operationId, summary, description, deprecated, requestBody },
    }): EntryRow => ({
      externalId: `${method.toUpperCase()} ${path}`,
      name: api,
      at: null,
      data: {
        version,
        method: method.toUpperCase(),
        path,
        operationId: operationId ?? null,
        summary: summary ?? description ?? '',
        deprecated,
        hasBody: requestBody !== undefined,
      },
    }),
  );

const readOpenapi = async (content: string): Promise<RowsRead<EntryRow>> => {
  const read = readJson(content);
  if (!('value' in read)) return faulty(read);
  const document = openapiDocument.safeParse(read.value);
  if (!document.success)
    return faulty({ path: 'content', message: 'is no OpenAPI 3 document with info and paths.' });
  const { info, paths } = document.data;
  const found = Object.entries(paths).flatMap(([path, item]) =>
    methods
      .filter((method) => Object.hasOwn(item, method))
      .map((method) => ({ api: info.title, version: info.version, method, path, operation: item[method] })),
  );
  return readRows(itemsOf(found, 'operations'), openapiOperation, ({ externalId }) => externalId);
};

const planDocument = z.object({
  format_version: z.string(),
  resource_changes: z.array(z.unknown()).default([]),
});

/** `terraform show -json` of a plan; values are left out, since they may be secret. */
const resourceChange = z
  .object({
    address: name,
    type: cut(200),
    change: z.object({
      actions: z.array(z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget'])).max(4),
      before: z.unknown().optional(),
      after: z.unknown().optional(),
    }),
  })
  .transform(({ address, type, change: { actions, before, after } }): EntryRow => ({
    externalId: address,
    name: type,
    at: null,
    data: { actions, changes: changedKeys(before, after) },
  }));

const changedKeys = (before: unknown, after: unknown): string[] => {
  const [was, will] = [before, after].map(
    (value) => z.record(z.string(), z.unknown()).safeParse(value).data ?? {},
  );
  const keys = new Set([...Object.keys(was ?? {}), ...Object.keys(will ?? {})]);
  return [...keys]
    .filter((key) => JSON.stringify(was?.[key]) !== JSON.stringify(will?.[key]))
    .slice(0, 50)
    .map((key) => key.slice(0, 100));
};

const readPlan = async (content: string): Promise<RowsRead<EntryRow>> => {
  const read = readJson(content);
  if (!('value' in read)) return faulty(read);
  const document = planDocument.safeParse(read.value);
  if (!document.success)
    return faulty({ path: 'content', message: 'is no plan as "terraform show -json" prints it.' });
  return readRows(
    itemsOf(document.data.resource_changes, 'resource_changes'),
    resourceChange,
    ({ externalId }) => externalId,
  );
};

export const openapi: CatalogueFormat = { kind: 'API', read: readOpenapi };
export const terraformPlan: CatalogueFormat = { kind: 'TERRAFORM_PLAN', read: readPlan };
