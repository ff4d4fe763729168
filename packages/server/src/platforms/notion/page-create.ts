import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ActionTraits, Finding, PlannedAction } from '../../domain/planned-action.ts';
import { canonicalJson, sha256 } from '../../infra/digest.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { makeOnce, settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { notionReads, type DataSource } from './notion-api.ts';
import { columnFault, newOptions, propertyDiff } from './columns.ts';
import { openNotion, openPage, type NotionSetup } from './allowed-pages.ts';
import { holds, propertyValues, shownProperties, shownValue, typed } from './property-values.ts';
import { databaseOf, type Database } from './workspace.ts';
import type { Page, PropertyValues } from './page.ts';

const input = z
  .strictObject({
    database_id: z
      .string()
      .min(1)
      .max(100)
      .describe('A database that configuration names, by that name or its ID'),
    title: z.string().min(1).max(2_000),
    properties: propertyValues.default({}),
  })
  .meta({
    examples: [
      {
        database_id: 'tasks',
        title: 'Renew the certificate of the shop',
        properties: { status: { select: { name: 'To do' } }, due_date: { date: { start: '2026-12-01' } } },
      },
    ],
  });
type Input = z.infer<typeof input>;

type Output = {
  readonly page_id: string;
  readonly url: string;
  /** Of all that the page shows, as it was made. */
  readonly digest: string;
};

/** Which of a database's tables the page is put into, and how that calls its title. */
const foundSchema = z.object({ dataSourceId: z.string(), titleProperty: z.string() });
type Found = z.infer<typeof foundSchema>;

/**
 * Makes a page of a database. Where the database has a property for it, the page carries the key of its effect, by
 * which a later attempt finds it again; Notion itself makes a second page of a second request.
 */
export const createPageCreate = (setup: NotionSetup): ActionExecutor<Input, Output> => {
  const { workspace } = setup;
  const marker = workspace.markerProperty;
  const traits: ActionTraits = {
    name: 'notion.page.create',
    version: 1,
    platform: 'notion',
    category: 'WRITE',
    idempotency: marker === undefined ? 'NONE' : 'LOOKUP',
    reversible: true,
    budget: { timeMs: 60_000, network: 'INTERNET' },
  };
  const look = async (_given: Input, context: ApplyContext): Promise<Reconciliation<Output>> => {
    const { dataSourceId } = foundSchema.parse(context.precondition);
    const api = openNotion(setup, context);
    const [page, ...others] = await api.pagesWith(dataSourceId, marker ?? '', context.idempotencyKey);
    if (!page) return { kind: 'ABSENT' };
    return others.length > 0 ? { kind: 'UNKNOWN' } : { kind: 'FOUND', output: outputOf(page) };
  };
  const propertiesOf = (given: Input, found: Found, key: string): PropertyValues => ({
    ...given.properties,
    [found.titleProperty]: textOf('title', given.title),
    ...(marker === undefined ? {} : { [marker]: textOf('rich_text', key) }),
  });
  const make = async (given: Input, context: ApplyContext): Promise<Output> => {
    const found = foundSchema.parse(context.precondition);
    const properties = propertiesOf(given, found, context.idempotencyKey);
    return outputOf(await openNotion(setup, context).create(found.dataSourceId, properties));
  };
  return {
    traits,
    description: 'Makes a page of a Notion database that configuration names.',
    input,
    showsWholeEffect: true,
    endpointOf: () => workspace.apiUrl,
    reads: notionReads,
    plan: async (given, context) => {
      const database = databaseOf(workspace, given.database_id);
      return database.ok ? planCreate(setup, given, database.value, context) : database;
    },
    verify: async (given, output, context) => {
      const { page } = await openPage(setup, output.page_id, context);
      const found = foundSchema.parse(context.precondition);
      if (page.in_trash || !holds(page, propertiesOf(given, found, context.idempotencyKey)))
        throw notHeld(`The page ${quoted(given.title)} does not show what it was made with.`);
    },
    compensate: (_given, output, context) => trashAgain(setup, output, context),
    ...(marker === undefined
      ? { apply: make }
      : { apply: makeOnce(look, make), reconcile: settled(look, setup.settleMs) }),
  };
};

/** The trash takes all that is in a page with it, so nobody may have put anything there. */
const trashAgain = async (
  setup: NotionSetup,
  { page_id, digest }: Output,
  context: ApplyContext,
): Promise<Json> => {
  const { page } = await openPage(setup, page_id, context);
  if (!page.in_trash) {
    if (page.last_edited_time !== page.created_time || outputOf(page).digest !== digest)
      throw moved('The page was changed since it was made; the trash would take that with it.');
    await openNotion(setup, context).update(page.id, { in_trash: true });
  }
  return { page_id, in_trash: true };
};

const textOf = (type: 'title' | 'rich_text', content: string) => ({ [type]: [{ text: { content } }] });

const outputOf = (page: Page): Output => ({
  page_id: page.id,
  url: page.url,
  digest: sha256(canonicalJson(shownProperties(page)), 'notion.page'),
});

const planCreate = async (
  setup: NotionSetup,
  given: Input,
  database: Database,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  const api = openNotion(setup, context);
  const [dataSourceId, ...others] = await api.dataSourcesOf(database.id);
  if (dataSourceId === undefined || others.length > 0) {
    const message = `${quoted(database.name)} has ${others.length + 1} data sources; pages are made in databases that have one.`;
    return refused(refusalAt('database_id', 'PLATFORM_REJECTED', message));
  }
  const source = await api.dataSource(dataSourceId);
  const marker = setup.workspace.markerProperty;
  const fault = markerFault(source, database, marker) ?? columnFault(source, given.properties);
  if (fault) return refused(fault);
  const titleProperty = Object.keys(source.properties).find(
    (name) => source.properties[name]?.type === 'title',
  );
  const ours = [titleProperty, marker].find(
    (name) => name !== undefined && Object.hasOwn(given.properties, name),
  );
  if (titleProperty === undefined || ours !== undefined) {
    const message = `${quoted(ours ?? 'title')} is set by the action itself.`;
    return refused(refusalAt('properties', 'SCHEMA_VALIDATION_FAILED', message));
  }
  return accepted({
    summary: `Create the page ${quoted(given.title)} in ${quoted(database.name)}`,
    targets: [{ kind: 'database', name: database.name }],
    precondition: { dataSourceId, titleProperty },
    // Others may make pages there at the same time.
    claims: [],
    diffs: [
      propertyDiff(titleProperty, null, given.title),
      ...Object.entries(given.properties).map(([name, value]) => {
        const { type, content } = typed(value);
        return propertyDiff(name, null, shownValue(type, content) ?? null);
      }),
      ...(marker === undefined ? [] : [propertyDiff(marker, null, 'the key of this effect')]),
    ],
    findings: newOptions(source, given.properties).map((message): Finding => ({ severity: 'LOW', message })),
  });
};

/** Without the property, what was made could not be found again. */
const markerFault = (source: DataSource, { name }: Database, marker: string | undefined): Refusal | null => {
  if (marker === undefined || source.properties[marker]?.type === 'rich_text') return null;
  const message = `${quoted(name)} has no text property ${quoted(marker)}, which is to keep the key of each page that is made: add it, or take "markerProperty" out of the configuration.`;
  return refusalAt('database_id', 'PLATFORM_REJECTED', message, { setting: 'notion.markerProperty' });
};
