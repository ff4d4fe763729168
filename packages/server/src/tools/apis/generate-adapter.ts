import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import { catalogueAddress, catalogueSource, catalogueWords } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { entriesOf, entryData } from '../shared/entry-data.ts';

/** The beginning of an action type for an operation. */
export const generateAdapter = defineTool({
  name: 'generate_adapter',
  title: 'Generate an adapter',
  description:
    'Writes the skeleton of an action type for an operation of an imported API, as text for a developer. It installs nothing, and what it leaves open throws until somebody has written it.',
  reads: ['API'],
  input: z.strictObject({
    operation: z.string().min(1).max(600).describe('As discover_api names it: POST /users.'),
    action: z
      .string()
      .regex(/^[a-z][a-z0-9]*(?:\.[a-z][a-z0-9]*)+$/, 'must be like users.create')
      .max(100)
      .describe('The name of the action type: users.create.'),
  }),
  output: z.object({ file: z.string(), content: z.string(), open: z.array(z.string()) }),
  async call({ operation, action }, { catalogues }) {
    const found = await catalogues.find('API', { externalIds: [operation] }, 1);
    const [known] = entriesOf(found.entries, entryData.operation);
    if (!known)
      return refused(refusalAt('operation', 'RESOURCE_NOT_FOUND', 'names no operation of an imported API.'));
    const { method, path } = known.said;
    return accepted({
      output: {
        file: `${action.split('.').slice(1).join('-')}.ts`,
        content: skeletonOf(action, method, path),
        open: [
          'input: what the operation takes',
          'plan: what would change, by reads alone',
          'apply: the call, with an idempotency key where the API knows one',
          'verify and reconcile: how one sees that it was done',
        ],
      },
      source: catalogueSource('API', found),
      citation: {
        text: `${operation} of ${known.name}, ${catalogueWords('API', found)}`,
        rows: catalogueAddress('API', found, path),
      },
    });
  },
});

const skeletonOf = (action: string, method: string, path: string): string => {
  const [platform = ''] = action.split('.');
  const reads = method === 'GET' || method === 'HEAD';
  return `import { z } from 'zod';
import type { ActionExecutor } from '@countersign/server/platform';

const input = z.strictObject({});
const open = (): never => {
  throw new Error(${JSON.stringify(`${action} is not written yet.`)});
};

/** ${method} ${JSON.stringify(path).slice(1, -1).replaceAll('*/', '* /')} */
export const action: ActionExecutor<z.output<typeof input>, null> = {
  traits: {
    name: ${JSON.stringify(action)},
    version: 1,
    platform: ${JSON.stringify(platform)},
    category: ${reads ? "'READ'" : "'WRITE'"},
    reversible: false,
    // NONE until the API is known to know a key of ours, or our mark can be found there.
    idempotency: ${reads ? "'NATIVE_KEY'" : "'NONE'"},
  },
  description: '',
  input,
  plan: open,
  apply: open,
  verify: open,
};
`;
};
