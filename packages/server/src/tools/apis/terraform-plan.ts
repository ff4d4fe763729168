import { z } from 'zod';
import { accepted } from '../../domain/errors.ts';
import { catalogueAddress, catalogueSource, catalogueWords } from '../shared/cite.ts';
import { defineTool } from '../contract/tool.ts';
import { entriesOf, entryData } from '../shared/entry-data.ts';

/** What an imported Terraform plan would change. */
export const terraformPlan = defineTool({
  name: 'terraform_plan',
  title: 'Terraform plan',
  description:
    'Reads the plan of a workspace as it was imported ("terraform show -json"): what would be created, changed, replaced and deleted. Values were not kept, only which arguments change. It runs no Terraform.',
  reads: ['TERRAFORM_PLAN'],
  input: z.strictObject({
    workspace: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('As the import calls its source; all where left out.'),
    limit: z.int().min(1).max(300).default(100),
  }),
  output: z.object({
    create: z.int(),
    update: z.int(),
    replace: z.int(),
    delete: z.int(),
    changes: z.array(
      z.object({
        address: z.string(),
        type: z.string(),
        does: z.enum(['CREATE', 'UPDATE', 'REPLACE', 'DELETE']),
        arguments: z.array(z.string()),
      }),
    ),
  }),
  async call({ workspace, limit }, { catalogues }) {
    const found = await catalogues.find('TERRAFORM_PLAN', { source: workspace }, 5_000);
    const changes = entriesOf(found.entries, entryData.change)
      .flatMap(({ externalId: address, name: type, said }) => {
        const does = deedOf(said.actions);
        return does ? [{ address, type, does, arguments: said.changes }] : [];
      })
      .toSorted((one, other) => one.address.localeCompare(other.address));
    const count = (wanted: string): number => changes.filter(({ does }) => does === wanted).length;
    const counts = {
      create: count('CREATE'),
      update: count('UPDATE'),
      replace: count('REPLACE'),
      delete: count('DELETE'),
    };
    return accepted({
      output: { ...counts, changes: changes.slice(0, limit) },
      source: catalogueSource('TERRAFORM_PLAN', found),
      citation: {
        text: `${counts.create} to create, ${counts.update} to change, ${counts.replace} to replace, ${counts.delete} to delete, ${catalogueWords('TERRAFORM_PLAN', found)}`,
        rows: catalogueAddress('TERRAFORM_PLAN', found),
      },
    });
  },
});

const deedOf = (actions: readonly string[]): 'CREATE' | 'UPDATE' | 'REPLACE' | 'DELETE' | null => {
  const [creates, deletes] = [actions.includes('create'), actions.includes('delete')];
  if (creates && deletes) return 'REPLACE';
  if (creates) return 'CREATE';
  if (deletes) return 'DELETE';
  return actions.includes('update') ? 'UPDATE' : null;
};
