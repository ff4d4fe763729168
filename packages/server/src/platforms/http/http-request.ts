import { accepted, refusal, refusalAt, refused, type Outcome, type Refusal } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { HttpRequestDiff } from '../../domain/diff.ts';
import type { ActionTraits, PlannedAction } from '../../domain/planned-action.ts';
import { systemClock } from '../../infra/clock.ts';
import { EgressRefused } from '../../infra/egress.ts';
import { HttpFailure, type HttpClient, type HttpResponse } from '../../infra/http-client.ts';
import { joinSignals } from '../../infra/joined-signal.ts';
import { secretMark } from '../../infra/redaction.ts';
import { ExecutorError } from '../kit/executor-error.ts';
import type { ActionExecutor, ApplyContext } from '../contract/executor.ts';
import { joinPath } from '../contract/registry.ts';
import { createHttpRequestInput, readMethods, type HttpRequestInput } from './http-request-schema.ts';
import { harmlessHeaders } from './request-headers.ts';
import { failureOfStatus } from '../kit/response-status.ts';
import { bodyAsText, recordableAnswer } from './recordable-answer.ts';
import type { Secrets } from '../kit/secrets.ts';

export interface HttpRequestConfig {
  /** A secret is only sent to the origins that it belongs to. */
  readonly secrets: Secrets;
  /** Origins known to make one effect of two requests with the same `Idempotency-Key`. */
  readonly idempotentOrigins?: readonly string[];
  /** Headers that callers may set besides the harmless ones. */
  readonly allowedHeaders?: readonly string[];
  /** A longer answer is cut here. Default 64 KiB. */
  readonly maxResponseBytes?: number;
}

export interface HttpRequestOutput {
  readonly status: number;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** BASE64 where the bytes are no UTF-8 text. */
  readonly encoding: 'UTF8' | 'BASE64';
  readonly isTruncated: boolean;
  readonly [key: string]: Json;
}

export const httpRequestTraits: ActionTraits = {
  name: 'http.request',
  version: 1,
  platform: 'http',
  category: 'WRITE',
  idempotency: 'NONE',
  reversible: false,
  budget: { timeMs: 30_000, network: 'INTERNET' },
};
const defaultMaxResponseBytes = 64 * 1_024;

/**
 * One HTTP request to a host that the egress rules let out. GET and HEAD are reads. Every write carries
 * an `Idempotency-Key`; it counts as NATIVE_KEY only where configuration names the origin, since most
 * servers ignore the header.
 */
export const createHttpRequest = (
  config: HttpRequestConfig,
): ActionExecutor<HttpRequestInput, HttpRequestOutput> => {
  const { secrets } = config;
  const idempotentOrigins = new Set((config.idempotentOrigins ?? []).map((origin) => new URL(origin).origin));
  const maxResponseBytes = config.maxResponseBytes ?? defaultMaxResponseBytes;
  return {
    traits: httpRequestTraits,
    description: 'Sends one HTTP request and records the answer. Secrets are named, never given.',
    input: createHttpRequestInput(
      new Set([...harmlessHeaders, ...(config.allowedHeaders ?? []).map((name) => name.toLowerCase())]),
    ),
    traitsFor: ({ method, url }) => {
      if (readMethods.has(method)) return { category: 'READ' };
      const isIdempotent = URL.canParse(url) && idempotentOrigins.has(new URL(url).origin);
      return isIdempotent ? { idempotency: 'NATIVE_KEY' } : {};
    },
    // Planning sends nothing; what was created is read wherever the platform says that it is.
    reads: [{ method: 'GET', path: '/**' }],
    endpointOf: ({ url }) => (URL.canParse(url) ? new URL(url).origin : ''),
    plan: (input, { http }) => planRequest(input, http, secrets),
    apply: async (input, context) => {
      const { redactor } = secrets;
      const response = await send(input, context, secrets, maxResponseBytes + redactor.reachBytes);
      const answer = await recordableAnswer(response, redactor, maxResponseBytes);
      const now = systemClock.now().getTime();
      const failure = failureOfStatus(answer, input.method, now);
      if (failure) throw failure;
      return outputOf(answer);
    },
    verify: (input, output, context) => verifyCreated(input, output, context, secrets),
  };
};

const planRequest = async (
  input: HttpRequestInput,
  http: HttpClient,
  secrets: Secrets,
): Promise<Outcome<PlannedAction>> => {
  const checked = await checkUrl(input.url, http);
  if (!checked.ok) return checked;
  const url = checked.value;
  const faults = Object.entries(input.secretHeaders).flatMap(([header, secret]) => {
    const fault = secrets.faultOf(secret, url.origin, httpRequestTraits.name);
    return fault ? [{ ...fault, path: joinPath('', ['secretHeaders', header]) }] : [];
  });
  if (faults[0])
    return refused(refusal(faults[0].code, faults[0].message, { details: { kind: 'FAULTS', faults } }));
  const { method } = input;
  const isRead = readMethods.has(method);
  const diff: HttpRequestDiff = {
    type: 'HTTP_REQUEST',
    method,
    url: url.href,
    headers: [
      ...Object.entries({ ...contentType(input), ...input.headers }).map(([name, value]) => ({
        name,
        value,
        isSecret: false,
      })),
      ...Object.entries(input.secretHeaders).map(([name, value]) => ({ name, value, isSecret: true })),
    ],
    body: bodyText(input) ?? null,
  };
  return accepted({
    summary: `${isRead ? 'Read' : `Send ${method} to`} ${placeOf(url)}`,
    targets: [
      { kind: 'origin', name: url.origin },
      ...[...new Set(Object.values(input.secretHeaders))].map((name) => ({ kind: 'secret', name })),
    ],
    precondition: null,
    diffs: [diff],
    findings:
      url.protocol === 'http:' && !http.isInternal(url)
        ? [{ severity: 'MEDIUM', message: 'The request goes over the network unencrypted.' }]
        : [],
  });
};

const longestPlace = 300;

/** A URL's parts as they are sent: encoded, so that none of them holds a space and reads as words of ours. */
const placeOf = ({ host, pathname, search }: URL): string => {
  const place = `${host}${pathname}${search}`;
  const rest = place.length - longestPlace;
  return rest > 0 ? `${place.slice(0, longestPlace)}… (${rest} more characters)` : place;
};

const checkUrl = async (text: string, http: HttpClient): Promise<Outcome<URL>> => {
  try {
    return accepted(await http.check(text));
  } catch (error) {
    if (error instanceof EgressRefused) return refused(notAllowed(error));
    if (error instanceof HttpFailure) return refused(refusalAt('url', 'NETWORK_ERROR', error.message));
    throw error;
  }
};

const notAllowed = ({ message, rule }: EgressRefused): Refusal => {
  if (rule === null) return refusalAt('url', 'POLICY_DENIED', message);
  const setting = `egress.${rule.setting}`;
  const allowed =
    rule.allowed.length === 0 ? 'allows none' : `allows ${rule.allowed.slice(0, mostNamed).join(', ')}`;
  return refusalAt('url', 'POLICY_DENIED', `${message} The setting ${setting} ${allowed}.`, {
    setting,
    suggestions: rule.allowed.slice(0, mostNamed),
  });
};

const mostNamed = 10;

const bodyText = ({ body }: HttpRequestInput): string | undefined =>
  body === undefined || typeof body === 'string' ? body : JSON.stringify(body);

/** What the body is, where it is no text and the caller says nothing else. */
const contentType = ({ body, headers }: HttpRequestInput): Readonly<Record<string, string>> => {
  const isSaid = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
  return body === undefined || typeof body === 'string' || isSaid
    ? {}
    : { 'content-type': 'application/json' };
};

const send = (
  input: HttpRequestInput,
  context: ApplyContext,
  secrets: Secrets,
  maxResponseBytes: number,
): Promise<HttpResponse> => {
  const body = bodyText(input);
  return context.http.request({
    method: input.method,
    url: input.url,
    headers: {
      ...contentType(input),
      ...input.headers,
      ...secretValues(input, secrets),
      ...(readMethods.has(input.method) ? {} : { 'idempotency-key': context.idempotencyKey }),
    },
    ...(body === undefined ? {} : { body }),
    signal: context.signal,
    maxResponseBytes,
  });
};

const secretValues = ({ url, secretHeaders }: HttpRequestInput, secrets: Secrets): Record<string, string> => {
  const { origin } = new URL(url);
  return Object.fromEntries(
    Object.entries(secretHeaders).map(([header, name]) => {
      const fault = secrets.faultOf(name, origin, httpRequestTraits.name);
      if (fault) throw new ExecutorError(fault.code, fault.message, { effect: 'NONE' });
      return [header, secrets.reveal(name)];
    }),
  );
};

const outputOf = (answer: HttpResponse): HttpRequestOutput => ({
  status: answer.status,
  url: answer.url,
  headers: answer.headers,
  ...bodyAsText(answer),
  isTruncated: answer.isTruncated,
});

/** Where the platform says that it created something of its own, that thing is read; other answers say all there is. */
const verifyCreated = async (
  input: HttpRequestInput,
  output: HttpRequestOutput,
  context: ApplyContext,
  secrets: Secrets,
): Promise<void> => {
  const { location } = output.headers;
  if (output.status !== 201 || location === undefined || !URL.canParse(location, input.url)) return;
  const created = new URL(location, input.url);
  // Elsewhere, or where a secret was part of the place, nobody can look.
  if (created.origin !== new URL(input.url).origin || location.includes(secretMark)) return;
  const status = await statusOf(created, secretValues(input, secrets), context);
  if (status !== 404 && status !== 410) return;
  throw new ExecutorError(
    'DEPENDENCY_FAILED',
    `The platform says that it created ${created.pathname}, which is not there.`,
    {
      effect: 'UNKNOWN',
      retriable: false,
    },
  );
};

const longestLookMs = 5_000;

/** Null where a look is not answered: that says nothing against what the platform answered to the request itself. */
const statusOf = async (
  { href }: URL,
  headers: Readonly<Record<string, string>>,
  { http, signal }: ApplyContext,
): Promise<number | null> => {
  using look = joinSignals(signal, AbortSignal.timeout(longestLookMs));
  try {
    const asked = { method: 'GET', url: href, headers, signal: look.signal, maxResponseBytes: 1_024 };
    return (await http.request(asked)).status;
  } catch (error) {
    const isUnanswered = error instanceof HttpFailure || error instanceof EgressRefused;
    if (signal.aborted || !isUnanswered) throw error;
    return null;
  }
};
