import { Client, type CreatePageParameters, type UpdatePageParameters } from '@notionhq/client';
import { z } from 'zod';
import type { HttpResponse } from '../../infra/http-client.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import { callClient, type ClientContext } from '../kit/guarded-fetch.ts';
import type { ReadEndpoint } from '../contract/read-endpoints.ts';
import { page, type Page, type PropertyValues } from './page.ts';

/** Since this version, a database has data sources, and pages are in the trash rather than archived. */
const notionVersion = '2025-09-03';

const option = z.object({ name: z.string() });
const options = z.object({ options: z.array(option) }).optional();
const column = z.looseObject({
  type: z.string(),
  select: options,
  multi_select: options,
  status: options,
});
const dataSource = z.object({ id: z.string(), properties: z.record(z.string(), column) });
export type DataSource = z.output<typeof dataSource>;
export type Column = z.output<typeof column>;

const database = z.object({ data_sources: z.array(z.object({ id: z.string() })) });
const pages = z.object({ results: z.array(page) });

/** What `plan`, `verify` and `reconcile` reach, below the API's URL. */
export const notionReads: readonly ReadEndpoint[] = [
  { method: 'GET', path: '/v1/pages/{id}' },
  { method: 'GET', path: '/v1/databases/{id}' },
  { method: 'GET', path: '/v1/data_sources/{id}' },
  { method: 'POST', path: '/v1/data_sources/{id}/query' },
];

export interface NotionAccess {
  readonly apiUrl: string;
  /** Looked up just before it is sent. */
  readonly token: () => string;
}

export interface NotionApi {
  readonly page: (id: string) => Promise<Page>;
  /** The IDs of a database's data sources. */
  readonly dataSourcesOf: (databaseId: string) => Promise<readonly string[]>;
  readonly dataSource: (id: string) => Promise<DataSource>;
  /** The pages whose text property says exactly this, those in the trash after the others. */
  readonly pagesWith: (dataSourceId: string, property: string, text: string) => Promise<readonly Page[]>;
  readonly create: (dataSourceId: string, properties: PropertyValues) => Promise<Page>;
  readonly update: (
    id: string,
    change: { readonly properties: PropertyValues } | { readonly in_trash: boolean },
  ) => Promise<Page>;
}

export const createNotionApi = ({ apiUrl, token }: NotionAccess, context: ClientContext): NotionApi => {
  const call = <Value>(
    isRead: boolean,
    schema: z.ZodType<Value>,
    ask: (client: Client) => Promise<unknown>,
  ): Promise<Value> =>
    callClient(
      context,
      async (fetch) => {
        const client = new Client({
          auth: token(),
          baseUrl: apiUrl,
          notionVersion,
          fetch,
          retry: false,
          // It would write to the console.
          logger: () => {},
        });
        return schema.parse(await ask(client));
      },
      { isRead, failureOf },
    );
  const matching = async (dataSourceId: string, name: string, text: string, isTrashed: boolean) =>
    (
      await call(true, pages, (client) =>
        client.dataSources.query({
          data_source_id: dataSourceId,
          filter: { property: name, rich_text: { equals: text } },
          in_trash: isTrashed,
          page_size: 2,
        }),
      )
    ).results;
  return {
    page: (id) => call(true, page, (client) => client.pages.retrieve({ page_id: id })),
    dataSourcesOf: async (id) => {
      const found = await call(true, database, (client) => client.databases.retrieve({ database_id: id }));
      return found.data_sources.map((source) => source.id);
    },
    dataSource: (id) =>
      call(true, dataSource, (client) => client.dataSources.retrieve({ data_source_id: id })),
    pagesWith: async (id, name, text) => {
      const present = await matching(id, name, text, false);
      return present.length > 0 ? present : matching(id, name, text, true);
    },
    create: (id, properties) =>
      call(false, page, (client) =>
        client.pages.create({
          parent: { type: 'data_source_id', data_source_id: id },
          properties: properties as NonNullable<CreatePageParameters['properties']>,
        }),
      ),
    update: (id, change) =>
      call(false, page, (client) =>
        client.pages.update({ page_id: id, ...(change as Omit<UpdatePageParameters, 'page_id'>) }),
      ),
  };
};

/** Two writes met, or there is too much to do: Notion says of both that nothing was done, and to ask again. */
const failureOf = ({ status }: HttpResponse): ExecutorError | null => {
  if (status === 409)
    return new ExecutorError('PLATFORM_CONFLICT', 'Notion was writing there at the same moment.', {
      effect: 'NONE',
      retriable: true,
    });
  return status === 529
    ? new ExecutorError('SERVICE_DOWN', 'Notion has too much to do.', { effect: 'NONE' })
    : null;
};
