import { quoted } from '@countersign/shared';
import { z } from 'zod';
import { accepted, refusalAt, refused, type Outcome } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import { canonicalJson } from '../../infra/digest.ts';
import type { ActionExecutor, ApplyContext, PlanContext, Reconciliation } from '../contract/executor.ts';
import { settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { columnFault, newOptions, propertyDiff } from './columns.ts';
import { notionReads } from './notion-api.ts';
import {
  findPage,
  leftOf,
  openNotion,
  openPage,
  type NotionSetup,
  type AllowedPage,
} from './allowed-pages.ts';
import {
  holds,
  mostParts,
  ownProperty,
  propertyValues,
  restorableValue,
  shownProperty,
  shownValue,
  typed,
} from './property-values.ts';
import { idPattern } from './workspace.ts';
import type { Page, PropertyValues } from './page.ts';

const input = z
  .strictObject({
    page_id: z
      .string()
      .regex(idPattern, 'Must be an ID of Notion: 32 hexadecimal digits.')
      .describe('A page of a database that configuration names'),
    properties: propertyValues.refine((given) => Object.keys(given).length > 0, 'Must name a property.'),
  })
  .meta({
    examples: [
      {
        page_id: 'c0de0000-0000-4000-8000-000000000011',
        properties: { status: { select: { name: 'Done' } } },
      },
    ],
  });
type Input = z.infer<typeof input>;

type Output = {
  readonly page_id: string;
  readonly url: string;
  /** Each property as it was, in the form in which it is written. */
  readonly previous: PropertyValues;
};

const foundSchema = z.object({ url: z.string(), previous: z.record(z.string(), z.json()) });

const traits: ActionTraits = {
  name: 'notion.page.update',
  version: 1,
  platform: 'notion',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 60_000, network: 'INTERNET' },
};

/**
 * Sets properties of a page. Notion has no write that is held to a version: right before it, the properties are read
 * once more, and whatever somebody changes in that moment is overwritten.
 */
export const createPageUpdate = (setup: NotionSetup): ActionExecutor<Input, Output> => {
  const look = async (given: Input, context: ApplyContext): Promise<Reconciliation<Output>> => {
    const { page } = await openPage(setup, given.page_id, context);
    if (page.in_trash) return { kind: 'UNKNOWN' };
    if (holds(page, given.properties)) return { kind: 'FOUND', output: outputOf(given, context) };
    return isAsFound(page, context) ? { kind: 'ABSENT' } : { kind: 'UNKNOWN' };
  };
  return {
    traits,
    description: 'Sets properties of a page of a Notion database that configuration names.',
    input,
    showsWholeEffect: true,
    isAsForeseen: () => true,
    endpointOf: () => setup.workspace.apiUrl,
    reads: notionReads,
    plan: async (given, context) => {
      const marker = setup.workspace.markerProperty;
      if (marker !== undefined && Object.hasOwn(given.properties, marker)) {
        // With another effect's key, this page would be found as what that effect made.
        const message = `${quoted(marker)} keeps the key of the effect that made the page, and is not changed.`;
        return refused(refusalAt('properties', 'SCHEMA_VALIDATION_FAILED', message));
      }
      const placed = await findPage(setup, given.page_id, context);
      return placed.ok ? planUpdate(setup, given, placed.value, context) : placed;
    },
    watch: async (given, context) => {
      const { page } = await openPage(setup, given.page_id, context);
      return !page.in_trash && isAsFound(page, context);
    },
    apply: async (given, context) => {
      const { page } = await openPage(setup, given.page_id, context);
      if (context.attempt > 1 && holds(page, given.properties)) return outputOf(given, context);
      if (page.in_trash || !isAsFound(page, context))
        throw moved('The page was changed since the plan was made.');
      await openNotion(setup, context).update(page.id, { properties: given.properties });
      return outputOf(given, context);
    },
    verify: async (given, _output, context) => {
      const { page, where } = await openPage(setup, given.page_id, context);
      if (page.in_trash || !holds(page, given.properties))
        throw notHeld(`${where} does not show what was written.`);
    },
    compensate: async (given, { page_id, previous }, context) => {
      const { page } = await openPage(setup, given.page_id, context);
      const undone = { page_id, properties: Object.keys(previous) };
      if (isAs(page, previous)) return undone;
      if (page.in_trash || !holds(page, given.properties))
        throw moved('The page was changed since; setting it back would lose that.');
      await openNotion(setup, context).update(page.id, { properties: previous });
      return undone;
    },
    reconcile: settled(look, setup.settleMs),
  };
};

const outputOf = ({ page_id }: Input, context: ApplyContext): Output => {
  const { url, previous } = foundSchema.parse(context.precondition);
  return { page_id, url, previous };
};

/** Formatting included. */
const isAs = (page: Page, values: PropertyValues): boolean =>
  Object.entries(values).every(([name, value]) => {
    const property = ownProperty(page, name);
    return property !== undefined && canonicalJson(restorableValue(property)) === canonicalJson(value);
  });

const isAsFound = (page: Page, context: Pick<ApplyContext, 'precondition'>): boolean =>
  isAs(page, foundSchema.parse(context.precondition).previous);

const planUpdate = async (
  setup: NotionSetup,
  given: Input,
  { page, where, targetName }: AllowedPage,
  context: PlanContext,
): Promise<Outcome<PlannedAction>> => {
  if (page.in_trash) return refused(refusalAt('page_id', 'PRECONDITION_FAILED', `${where} is in the trash.`));
  const source = await openNotion(setup, context).dataSource(page.parent.data_source_id ?? '');
  const fault = columnFault(source, given.properties);
  if (fault) return refused(fault);
  if (holds(page, given.properties)) {
    const message = `Nothing would change: ${where} shows these values already.`;
    return refused(refusalAt('properties', 'NOTHING_TO_CHANGE', message));
  }
  const names = Object.keys(given.properties);
  const tooLong = names.find((name) => {
    const property = ownProperty(page, name);
    const content = property?.[property.type];
    return Array.isArray(content) && content.length >= mostParts;
  });
  if (tooLong !== undefined) {
    const message = `${quoted(tooLong)} has ${mostParts} parts or more, which the API does not show whole: nobody could see what is lost.`;
    return refused(refusalAt(`properties[${JSON.stringify(tooLong)}]`, 'PLATFORM_REJECTED', message));
  }
  const previous = Object.fromEntries(
    names.map((name): [string, Json] => {
      const property = ownProperty(page, name);
      return [name, property ? restorableValue(property) : null];
    }),
  );
  return accepted({
    summary: `Change ${names.length > 3 ? `${names.length} properties` : names.map(quoted).join(', ')} of ${where}`,
    targets: [{ kind: 'page', name: targetName }],
    precondition: { url: page.url, previous },
    leaves: leftOf(page, { properties: given.properties }),
    output: { page_id: given.page_id, url: page.url },
    diffs: Object.entries(given.properties).map(([name, value]) => {
      const { type, content } = typed(value);
      const before = shownProperty(ownProperty(page, name)) ?? null;
      return propertyDiff(name, before, shownValue(type, content) ?? null);
    }),
    findings: newOptions(source, given.properties).map((message) => ({ severity: 'LOW', message })),
  });
};
