import type { Notice } from '../../domain/notice.ts';
import type { MasterKey } from '../../infra/master-key.ts';
import { seal } from './slack-values.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const longestSection = 2_900;
const section = (text: string) => ({
  type: 'section',
  text: { type: 'mrkdwn', text: text.slice(0, longestSection) },
});

const wordsOf = (notice: Notice, origin: string): string =>
  [`*${escaped(notice.title)}*`, escaped(notice.text), `<${origin}${notice.path}|Open in the console>`]
    .filter((line) => line !== '')
    .join('\n');

const button = (
  key: MasterKey,
  { tenantId, approvalId, decides }: Notice,
  verdict: 'APPROVE' | 'REJECT',
  label: string,
) => ({
  type: 'button',
  action_id: verdict.toLowerCase(),
  style: verdict === 'APPROVE' ? 'primary' : 'danger',
  text: { type: 'plain_text', text: label },
  // Never a URL: what previews follow must decide nothing.
  value: seal(key, {
    kind: 'decide',
    tenantId,
    approvalId: approvalId ?? '',
    revision: decides?.revision ?? 0,
    planHash: decides?.planHash ?? '',
    verdict,
  }),
});

/** As Slack shows it, with buttons where it may be decided there. */
export const slackMessageOf = (key: MasterKey, notice: Notice, origin: string) => {
  const mayDecide = notice.decides !== null && notice.approvalId !== null && notice.ended === null;
  return {
    text: escaped(notice.ended === null ? notice.title : `${notice.title} (${notice.ended})`),
    blocks: [
      section(wordsOf(notice, origin)),
      ...(mayDecide
        ? [
            {
              type: 'actions',
              elements: [button(key, notice, 'APPROVE', 'Approve'), button(key, notice, 'REJECT', 'Reject')],
            },
          ]
        : []),
      ...(notice.ended === null ? [] : [section(`_${escaped(notice.ended)}_`)]),
    ],
  };
};
