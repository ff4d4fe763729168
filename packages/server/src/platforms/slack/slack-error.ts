import { z } from 'zod';
import { systemClock } from '../../infra/clock.ts';
import type { HttpResponse } from '../../infra/http-client.ts';
import { ExecutorError, type ExecutorErrorCode } from '../kit/executor-error.ts';
import { retryAfterIn } from '../../domain/retry-after.ts';

/** What Slack's words mean, where they mean more than that the request is wrong. */
const codes: Readonly<Record<string, ExecutorErrorCode>> = {
  ...words(
    'PLATFORM_AUTHENTICATION_FAILED',
    'account_inactive invalid_auth not_authed token_expired token_revoked',
  ),
  ...words(
    'PLATFORM_PERMISSION_DENIED',
    'access_denied cant_delete_message cant_update_message ekm_access_denied missing_scope no_permission not_in_channel org_login_required restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked restricted_action_thread_only_channel team_access_not_granted',
  ),
  ...words('RESOURCE_NOT_FOUND', 'channel_not_found message_not_found thread_not_found'),
  ...words('RATE_LIMIT_EXCEEDED', 'message_limit_exceeded rate_limited ratelimited'),
  ...words('SERVICE_DOWN', 'fatal_error internal_error request_timeout service_unavailable'),
};

function words(code: ExecutorErrorCode, list: string): Record<string, ExecutorErrorCode> {
  return Object.fromEntries(list.split(' ').map((word) => [word, code]));
}

const refusalSchema = z.object({
  ok: z.literal(false),
  error: z.string().max(200),
  needed: z.string().max(500).optional(),
  response_metadata: z.object({ messages: z.array(z.string()).optional() }).optional(),
});

const mostQuoted = 500;

/** Slack answers 200 to what it does not do, and says why in a word. Null for every other answer. */
export const slackFailureOf = (
  { status, headers, body }: HttpResponse,
  isRead: boolean,
): ExecutorError | null => {
  if (status !== 200) return null;
  const read = refusalSchema.safeParse(jsonOf(body));
  if (!read.success) return null;
  const { error, needed, response_metadata } = read.data;
  const code = Object.hasOwn(codes, error) ? codes[error] : undefined;
  const retryAfterMs = retryAfterIn(headers, systemClock.now().getTime());
  const said = (response_metadata?.messages ?? []).join(' ').slice(0, mostQuoted);
  return new ExecutorError(code ?? 'PLATFORM_REJECTED', `Slack answered ${JSON.stringify(error)}.`, {
    // Of its own breakdowns Slack says that a part of the request may have been done.
    effect: code === 'SERVICE_DOWN' && !isRead ? 'UNKNOWN' : 'NONE',
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
    details: { error, ...(needed === undefined ? {} : { needed }), ...(said === '' ? {} : { said }) },
  });
};

const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
};
