import { z } from 'zod';
import type { HttpClient } from '../../infra/http-client.ts';

export interface SlackSettings {
  /** Without a slash at the end. */
  readonly apiUrl: string;
  readonly token: string;
}

const answerSchema = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  channel: z.string().optional(),
  ts: z.string().optional(),
});
export type SlackAnswer = z.output<typeof answerSchema>;

/** Three methods of Slack's Web API. @throws where it was not done, with Slack's word. */
export type SlackCall = (
  method: 'chat.postMessage' | 'chat.update' | 'chat.postEphemeral',
  args: object,
) => Promise<SlackAnswer>;

const timeoutMs = 10_000;
const maxAnswerBytes = 256 * 1024;

export const createSlackCall =
  (http: HttpClient, { apiUrl, token }: SlackSettings): SlackCall =>
  async (method, args) => {
    const { status, body } = await http.request({
      method: 'POST',
      url: `${apiUrl}/${method}`,
      headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
      body: JSON.stringify(args),
      signal: AbortSignal.timeout(timeoutMs),
      maxResponseBytes: maxAnswerBytes,
      followsRedirects: false,
    });
    if (status !== 200) throw new Error(`Slack answered ${status}.`);
    const answer = answerSchema.parse(JSON.parse(body.toString('utf8')));
    if (!answer.ok) throw new Error(notDone(answer.error ?? 'no'));
    return answer;
  };

const ofToken = 'It does not take our token: see slack.tokenSecret.';
const ofPlace = 'Invite our app to that channel, or name another one.';

/** What to do, where it is ours to do. */
const remedies: Readonly<Record<string, string>> = {
  invalid_auth: ofToken,
  not_authed: ofToken,
  account_inactive: ofToken,
  token_revoked: ofToken,
  token_expired: ofToken,
  missing_scope: 'Our app lacks a scope: give it chat:write, and install it again.',
  not_in_channel: ofPlace,
  channel_not_found: ofPlace,
  is_archived: ofPlace,
};

const notDone = (word: string): string =>
  [`Slack answered "${word}".`, remedies[word] ?? ''].join(' ').trimEnd();
