import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { PlanCall } from '../contract/executor.ts';
import { ExecutorError, stillThere } from '../kit/executor-error.ts';
import type { ClientContext } from '../kit/guarded-fetch.ts';
import type { Secrets } from '../kit/secrets.ts';
import { createNotionApi, type NotionApi } from './notion-api.ts';
import { propertyOf, titleOf } from './property-values.ts';
import { canonicalId, findDatabase, type Database, type Workspace } from './workspace.ts';
import type { Page, PropertyValues } from './page.ts';

/** What every action of Notion is made with. */
export interface NotionSetup {
  readonly workspace: Workspace;
  readonly secrets: Secrets;
  /** How long after an attempt a look at Notion shows what came of it. */
  readonly settleMs?: number;
}

export const openNotion = ({ workspace, secrets }: NotionSetup, context: ClientContext): NotionApi =>
  createNotionApi({ apiUrl: workspace.apiUrl, token: () => secrets.reveal(workspace.tokenSecret) }, context);

export interface AllowedPage {
  readonly page: Page;
  readonly database: Database;
  /** `"Fix the login" in "tasks"` */
  readonly where: string;
  /** `tasks/59833787-…` */
  readonly targetName: string;
}

/** What an action leaves of a page, for those that are planned upon it. */
const leftSchema = z.object({
  page: z.string(),
  in_trash: z.boolean(),
  properties: z.record(z.string(), z.json()),
});

export const leftOf = (
  { id }: Page,
  change: { readonly in_trash?: true; readonly properties?: PropertyValues },
): Json => ({
  page: id,
  in_trash: change.in_trash ?? false,
  properties: change.properties ?? {},
});

/** The page as it will be once the steps before have changed it. */
const asForeseen = (page: Page, foreseen: readonly Json[]): Page =>
  foreseen.reduce<Page>((before, left) => {
    const { data } = leftSchema.safeParse(left);
    if (data?.page !== page.id) return before;
    const changed = Object.entries(data.properties).map(
      ([name, value]) => [name, propertyOf(value)] as const,
    );
    return {
      ...before,
      in_trash: before.in_trash || data.in_trash,
      properties: { ...before.properties, ...Object.fromEntries(changed) },
    };
  }, page);

/** A page of a database that configuration names, or why not; in planning, as the steps before will have left it. */
export const findPage = async (
  setup: NotionSetup,
  pageId: string,
  context: ClientContext & Pick<PlanCall, 'foreseen'>,
): Promise<Outcome<AllowedPage>> => {
  let page: Page;
  try {
    page = asForeseen(await openNotion(setup, context).page(canonicalId(pageId)), context.foreseen ?? []);
  } catch (error) {
    if (!(error instanceof ExecutorError) || error.code !== 'RESOURCE_NOT_FOUND') throw error;
    const message = `The integration sees no page ${quoted(pageId)}.`;
    return refused(refusalAt('page_id', 'RESOURCE_NOT_FOUND', message));
  }
  const database = findDatabase(setup.workspace, page.parent.database_id ?? '');
  if (!database) {
    const message = `The page ${quoted(pageId)} is in no database that configuration names.`;
    return refused(
      refusalAt('page_id', 'POLICY_DENIED', message, {
        setting: 'notion.databases',
        suggestions: Object.keys(setup.workspace.databases).slice(0, 10),
      }),
    );
  }
  const id = canonicalId(page.id);
  const where = `${quoted(titleOf(page))} in ${quoted(database.name)}`;
  return accepted({ page, database, where, targetName: `${database.name}/${id}` });
};

/** As `findPage`, of what was allowed when it was planned: what is not any more is thrown. */
export const openPage = async (
  setup: NotionSetup,
  pageId: string,
  context: ClientContext,
): Promise<AllowedPage> => stillThere(await findPage(setup, pageId, context));
