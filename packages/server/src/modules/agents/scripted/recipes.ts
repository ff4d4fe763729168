import { accepted } from '../../../domain/errors.ts';
import { toShortText } from '../../../domain/json.ts';
import { deploymentCalled, pathOf } from './deployments.ts';
import { question, reportOf, type Plan } from './recipe.ts';

const quoted = String.raw`["“'](?<text>[^"”]{1,2000})["”']`;
const thing = String.raw`(?<name>[a-z0-9][a-z0-9./_-]*)`;
const found = (pattern: string, goal: string): Readonly<Record<string, string>> | null =>
  new RegExp(pattern, 'iu').exec(goal)?.groups ?? null;

export const scale: Plan = (session) => {
  const asked = found(
    String.raw`\bscale (?:the )?(?:deployment )?${thing} to (?<count>\d{1,4})\b`,
    session.spec.goal,
  );
  if (!asked) return Promise.resolve(null);
  const place = deploymentCalled(session, asked['name'] ?? '');
  if (!place.ok) return Promise.resolve(place);
  const replicas = Number(asked['count']);
  const summary = `Scale ${pathOf(place.value)} to ${replicas}`;
  return Promise.resolve(
    accepted({
      summary,
      report: reportOf(summary, [`${pathOf(place.value)} gets ${replicas} replicas.`], session.citations),
      affectedAssets: 1,
      actions: [{ name: 'scale', type: 'kubernetes.deployment.scale', params: { ...place.value, replicas } }],
    }),
  );
};

export const restart: Plan = (session) => {
  const asked = found(String.raw`\brestart (?:the )?(?:deployment )?${thing}`, session.spec.goal);
  if (!asked) return Promise.resolve(null);
  const place = deploymentCalled(session, (asked['name'] ?? '').replace(/\.$/, ''));
  if (!place.ok) return Promise.resolve(place);
  const summary = `Restart ${pathOf(place.value)}`;
  return Promise.resolve(
    accepted({
      summary,
      report: reportOf(summary, [`${pathOf(place.value)} is restarted, pod by pod.`], session.citations),
      affectedAssets: 1,
      actions: [{ name: 'restart', type: 'kubernetes.deployment.restart', params: place.value }],
    }),
  );
};

/** What is told somewhere: a message, a card, a page. */
const telling =
  (wanted: {
    readonly pattern: string;
    readonly what: string;
    readonly type: string;
    readonly place: string;
    readonly kind: string;
    readonly paramsOf: (text: string, place: string) => Readonly<Record<string, string>>;
  }): Plan =>
  (session) => {
    const asked = found(wanted.pattern, session.spec.goal);
    if (!asked) return Promise.resolve(null);
    const text = asked['text'] ?? '';
    const named = asked['name']?.replace(/\.$/, '');
    const place = named ?? session.scope.places.find(({ kind }) => kind === wanted.kind)?.name;
    if (place === undefined)
      return Promise.resolve(question(`Where is the ${wanted.what} to go? Name the ${wanted.place}.`));
    const summary = `${wanted.what[0]?.toUpperCase() ?? ''}${wanted.what.slice(1)} in ${place}: ${toShortText(text, 80)}`;
    return Promise.resolve(
      accepted({
        summary,
        report: reportOf(summary, [text], session.citations),
        affectedAssets: 1,
        actions: [{ name: wanted.what, type: wanted.type, params: wanted.paramsOf(text, place) }],
      }),
    );
  };

export const message = telling({
  pattern: String.raw`\b(?:post|send|say|announce|tell)\b.*?${quoted}(?:\s+(?:to|in|on)\s+(?:the )?(?:channel )?#?(?<name>[A-Z0-9]{3,}))?`,
  what: 'message',
  type: 'slack.message.post',
  place: 'channel by its id',
  kind: 'channel',
  paramsOf: (text, channel) => ({ channel, text }),
});

export const card = telling({
  pattern: String.raw`\bcard ${quoted}(?:.*?\blist (?<name>[0-9a-f]{24}))?`,
  what: 'card',
  type: 'trello.card.create',
  place: 'list by its id',
  kind: 'list',
  paramsOf: (name, listId) => ({ name, listId }),
});

export const page = telling({
  pattern: String.raw`\bpage ${quoted}(?:.*?\b(?:in|to|of) (?:the )?(?:database )?(?<name>[a-z0-9][a-z0-9_-]*))?`,
  what: 'page',
  type: 'notion.page.create',
  place: 'database',
  kind: 'database',
  paramsOf: (title, database) => ({ database_id: database, title }),
});
