import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { catalogueAddress, catalogueSource, catalogueWords, counted } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { entriesOf, entryData } from '../shared/entry-data.ts';

export const operationOutput = z.object({
  api: z.string(),
  operation: z.string().describe('GET /users'),
  operationId: z.string().nullable(),
  summary: z.string(),
  onlyReads: z.boolean(),
  deprecated: z.boolean(),
});

/** What an imported API offers. */
export const discoverApi = defineTool({
  name: 'discover_api',
  title: 'Discover an API',
  description: 'Finds operations of imported OpenAPI documents. It calls nothing.',
  reads: ['API'],
  input: z.strictObject({
    search: z.string().min(1).max(200).optional().describe('A part of path, id or summary.'),
    api: z.string().min(1).max(300).optional().describe('The title of the document, exactly.'),
    limit: z.int().min(1).max(200).default(50),
  }),
  output: z.object({ total: z.int(), operations: z.array(operationOutput) }),
  async call({ search, api, limit }, { catalogues }) {
    const found = await catalogues.find('API', { search }, 5_000);
    const matching = entriesOf(found.entries, entryData.operation)
      .filter(({ name }) => api === undefined || name === api)
      .toSorted((one, other) => one.said.path.localeCompare(other.said.path));
    return accepted({
      output: {
        total: matching.length,
        operations: matching.slice(0, limit).map(({ name, externalId, said }) => ({
          api: name,
          operation: externalId,
          operationId: said.operationId,
          summary: said.summary.slice(0, 300),
          onlyReads: said.method === 'GET' || said.method === 'HEAD' || said.method === 'OPTIONS',
          deprecated: said.deprecated,
        })),
      },
      source: catalogueSource('API', found),
      citation: {
        text: `${counted(matching.length, 'operation')}, ${catalogueWords('API', found)}`,
        rows: catalogueAddress('API', found, search),
      },
    });
  },
});
