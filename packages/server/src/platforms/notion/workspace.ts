import { z } from 'zod';
import { accepted, refused, type Outcome } from '../../domain/errors.ts';
import { originSchema } from '../../infra/url-schema.ts';
import { refusedName } from '../kit/configured-names.ts';

/** With dashes or without, as Notion shows it in links. */
export const idPattern = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

const idSchema = z.string().regex(idPattern, 'must be an ID of Notion: 32 hexadecimal digits');

/** What `notion` of `config.json` says. */
export const workspaceSchema = z.strictObject({
  /** Where the API is. */
  apiUrl: originSchema.default('https://api.notion.com'),
  /** Name of the secret that is sent as bearer token: an integration's. */
  tokenSecret: z.string().min(1),
  /** By the name that callers may use: the databases whose pages may be changed. */
  databases: z
    .record(z.string().min(1).max(100), z.strictObject({ id: idSchema }))
    .describe('Databases that may be named.'),
  /** A text property of each of them that keeps what a page was made by, so that it is found again. */
  markerProperty: z.string().min(1).max(100).optional().describe('Property in which our mark stands.'),
});
export type Workspace = z.output<typeof workspaceSchema>;

export interface Database {
  /** As configuration names it. */
  readonly name: string;
  readonly id: string;
}

/** In its one spelling. */
export const canonicalId = (id: string): string =>
  id
    .toLowerCase()
    .replaceAll('-', '')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** By the name that configuration gives it, or by its ID. */
export const findDatabase = ({ databases }: Workspace, nameOrId: string): Database | null => {
  const found = Object.entries(databases).find(
    ([name, { id }]) => name === nameOrId || canonicalId(id) === canonicalId(nameOrId),
  );
  return found ? { name: found[0], id: canonicalId(found[1].id) } : null;
};

export const databaseOf = (workspace: Workspace, nameOrId: string): Outcome<Database> => {
  const found = findDatabase(workspace, nameOrId);
  if (found) return accepted(found);
  const names = Object.keys(workspace.databases);
  return refused(
    refusedName('database_id', { what: 'database', name: nameOrId, names, setting: 'notion.databases' }),
  );
};
