import { z } from 'zod';
import { accepted, refusalAt, refused } from '../../domain/errors.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import { canonicalJson, sha256 } from '../../infra/digest.ts';
import type { ActionExecutor, ApplyContext, Reconciliation } from '../contract/executor.ts';
import { settled } from '../kit/earlier-attempt.ts';
import { moved, notHeld } from '../kit/executor-error.ts';
import { notionReads } from './notion-api.ts';
import {
  findPage,
  leftOf,
  openNotion,
  openPage,
  type NotionSetup,
  type AllowedPage,
} from './allowed-pages.ts';
import { shownProperties } from './property-values.ts';
import { idPattern } from './workspace.ts';
import type { Page } from './page.ts';

const input = z
  .strictObject({
    page_id: z
      .string()
      .regex(idPattern, 'Must be an ID of Notion: 32 hexadecimal digits.')
      .describe('A page of a database that configuration names'),
  })
  .meta({ examples: [{ page_id: 'c0de0000-0000-4000-8000-000000000012' }] });
type Input = z.infer<typeof input>;
type Output = { readonly page_id: string; readonly url: string };

const foundSchema = z.object({ lastEdited: z.string(), digest: z.string() });
type Found = z.infer<typeof foundSchema>;

const traits: ActionTraits = {
  name: 'notion.page.archive',
  version: 1,
  platform: 'notion',
  category: 'WRITE',
  idempotency: 'LOOKUP',
  reversible: true,
  budget: { timeMs: 60_000, network: 'INTERNET' },
};

/** Moves a page to the trash, with all that is in it; from there it comes back as it was. */
export const createPageArchive = (setup: NotionSetup): ActionExecutor<Input, Output> => {
  const look = async ({ page_id }: Input, context: ApplyContext): Promise<Reconciliation<Output>> => {
    const { page } = await openPage(setup, page_id, context);
    if (page.in_trash) return { kind: 'FOUND', output: outputOf(page) };
    return isAsFound(page, context) ? { kind: 'ABSENT' } : { kind: 'UNKNOWN' };
  };
  return {
    traits,
    description: 'Moves a page of a Notion database that configuration names to the trash.',
    input,
    // When it was edited last is not known beforehand; what it shows then is.
    isAsForeseen: (foreseen, found) => foundSchema.parse(foreseen).digest === foundSchema.parse(found).digest,
    endpointOf: () => setup.workspace.apiUrl,
    reads: notionReads,
    plan: async ({ page_id }, context) => {
      const placed = await findPage(setup, page_id, context);
      if (!placed.ok) return placed;
      const { page, where } = placed.value;
      if (!page.in_trash) return accepted(planned(placed.value));
      return refused(refusalAt('page_id', 'NOTHING_TO_CHANGE', `${where} is in the trash already.`));
    },
    watch: async ({ page_id }, context) => isAsFound((await openPage(setup, page_id, context)).page, context),
    apply: async ({ page_id }, context) => {
      const { page } = await openPage(setup, page_id, context);
      if (context.attempt > 1 && page.in_trash) return outputOf(page);
      if (!isAsFound(page, context)) throw moved('The page was changed since the plan was made.');
      return outputOf(await openNotion(setup, context).update(page.id, { in_trash: true }));
    },
    verify: async ({ page_id }, _output, context) => {
      const { page, where } = await openPage(setup, page_id, context);
      if (!page.in_trash) throw notHeld(`${where} is not in the trash.`);
    },
    compensate: async (_given, { page_id }, context) => {
      const { page } = await openPage(setup, page_id, context);
      if (page.in_trash) await openNotion(setup, context).update(page.id, { in_trash: false });
      return { page_id, in_trash: false };
    },
    reconcile: settled(look, setup.settleMs),
  };
};

const outputOf = ({ id, url }: Page): Output => ({ page_id: id, url });

const foundOf = (page: Page): Found => ({
  lastEdited: page.last_edited_time,
  digest: sha256(canonicalJson(shownProperties(page)), 'notion.page'),
});

const isAsFound = (page: Page, context: Pick<ApplyContext, 'precondition'>): boolean =>
  !page.in_trash && canonicalJson(foundOf(page)) === canonicalJson(foundSchema.parse(context.precondition));

const planned = ({ page, where, targetName }: AllowedPage): PlannedAction => ({
  summary: `Move ${where} to the trash`,
  targets: [{ kind: 'page', name: targetName }],
  precondition: foundOf(page),
  leaves: leftOf(page, { in_trash: true }),
  output: outputOf(page),
  diffs: [{ type: 'FIELD', path: '/in_trash', before: false, after: true, isDestructive: true }],
  findings: [
    {
      severity: 'MEDIUM',
      message:
        'All that is in the page goes to the trash with it, pages of its own as well; Notion empties it after 30 days.',
    },
  ],
});
