import { accepted, type Outcome } from '../../../domain/errors.ts';
import type { Json, JsonObject } from '../../../domain/json.ts';
import type { PlanningSession } from '../planner-port.ts';
import { question, reportOf, type Plan } from './recipe.ts';
import { rollOut, serversInScope, type FoundServer } from './servers.ts';

/** Fix drift on production web servers */
export const drift: Plan = async (session) => {
  if (!/\b(?:fix|remediate|repair|correct|remove|end)\b.*\bdrift/iu.test(session.spec.goal)) return null;
  const servers = serversInScope(session);
  if (servers.length === 0) return question(noServers);
  const roles = [...new Set(servers.map(({ role }) => role))];
  const [role] = roles;
  if (roles.length > 1 || typeof role !== 'string')
    return question(
      `Which servers are meant? Their roles are ${roles.map((one) => one ?? 'none').join(', ')}.`,
    );
  const image = await session.call('get_golden_image', { of: role });
  if (!image.ok) return question(`There is no golden image of ${role}: what should the servers be like?`);
  const drifted = await mostDrifted(session, servers, role, componentsOf(image.value.output));
  if (!drifted.ok) return drifted;
  const { component, version, citation, others } = drifted.value;
  return rollOut(
    session,
    servers,
    { change: 'patch', component, version },
    {
      title: 'Drift Remediation Plan',
      summaryOf: (count) =>
        count === 1 ? '1 server requires drift remediation' : `${count} servers require drift remediation`,
      lines: others.length > 0 ? [`${others.join(', ')} drifted too: ask again once this is done.`] : [],
      citations: [image.value.citation.text, citation],
      assumptions: [`Servers are to be as the golden image of ${role} has them.`],
      nothing: `Nothing has drifted: all ${servers.length} servers are as the golden image of ${role} has them.`,
    },
  );
};

const noServers = 'Which servers are meant? The inventory knows none by these words in this environment.';

const componentsOf = (output: Json): readonly (readonly [string, string])[] => {
  const isRow = (value: Json | undefined): value is JsonObject =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  const components = isRow(output) ? output['components'] : undefined;
  return isRow(components)
    ? Object.entries(components).flatMap(([name, version]) =>
        typeof version === 'string' ? [[name, version] as const] : [],
      )
    : [];
};

interface Drifted {
  readonly component: string;
  readonly version: string;
  readonly citation: string;
  readonly others: readonly string[];
}

/** One change of a server at a time: what most of them have wrong comes first. */
const mostDrifted = async (
  session: PlanningSession,
  servers: readonly FoundServer[],
  role: string,
  components: readonly (readonly [name: string, version: string])[],
): Promise<Outcome<Drifted>> => {
  const counts = components
    .map(([component, version]) => ({
      component,
      version,
      count: servers.filter(({ versions }) => (versions[component] ?? version) !== version).length,
    }))
    .toSorted((one, other) => other.count - one.count);
  const [first, ...rest] = counts;
  if (!first) return question(`The golden image of ${role} names no versions.`);
  const { component, version } = first;
  const names = servers.map(({ name }) => name);
  const compared = await session.call('compare_versions', {
    kind: 'server',
    names,
    component,
    wanted: version,
  });
  if (!compared.ok) return compared;
  const others = rest.flatMap(({ component: name, count }) =>
    count > 0 ? [`${name} on ${count} servers`] : [],
  );
  return accepted({ component, version, citation: compared.value.citation.text, others });
};

const name = String.raw`(?<component>[a-z0-9][\w.+-]*)`;
const number = String.raw`(?<version>[a-z0-9][\w.+~:-]*)`;

const rollingOut =
  (wanted: {
    readonly pattern: string;
    readonly change: 'patch' | 'image';
    readonly title: string;
    readonly verb: string;
  }): Plan =>
  (session) => {
    const { component, version } = new RegExp(wanted.pattern, 'iu').exec(session.spec.goal)?.groups ?? {};
    if (component === undefined || version === undefined) return Promise.resolve(null);
    const servers = serversInScope(session);
    if (servers.length === 0) return Promise.resolve(question(noServers));
    const having = servers.filter(({ versions }) => versions[component] !== undefined);
    if (having.length === 0)
      return Promise.resolve(
        question(`None of the ${servers.length} servers has ${component}: what is meant?`),
      );
    return Promise.resolve(
      rollOut(
        session,
        having,
        { change: wanted.change, component, version },
        {
          title: wanted.title,
          summaryOf: (count) =>
            `${wanted.verb} ${component} ${version} ${wanted.change === 'patch' ? 'on' : 'to'} ${count === 1 ? '1 server' : `${count} servers`}`,
          lines: [],
          citations: [],
          nothing: `Nothing would change: all ${having.length} servers have ${component} ${version}.`,
        },
      ),
    );
  };

export const patch = rollingOut({
  pattern: String.raw`\b(?:patch|upgrade|update) ${name} to (?:version )?${number} (?:on|across|over)\b`,
  change: 'patch',
  title: 'Patch Plan',
  verb: 'Patch',
});

export const image = rollingOut({
  pattern: String.raw`\bimage ${name} ${number} (?:to|on|across|over)\b`,
  change: 'image',
  title: 'Image Rollout Plan',
  verb: 'Roll out',
});

/** Restart server-7 */
export const restartServer: Plan = (session) => {
  const called = /\brestart (?:the )?(?:server )?(?<server>[a-z0-9][a-z0-9.-]*)/iu.exec(session.spec.goal)
    ?.groups?.['server'];
  const server = serversInScope(session).find(({ name: known }) => known === called?.replace(/\.$/, ''));
  const fleet = session.scope.places.find(({ kind }) => kind === 'fleet')?.name;
  const isOurs = session.actionTypes.some(({ type }) => type.startsWith('fleet.restart'));
  if (!server || fleet === undefined || !isOurs) return Promise.resolve(null);
  const summary = `Restart ${server.name}`;
  return Promise.resolve(
    accepted({
      summary,
      report: reportOf(summary, [`${server.name} of ${fleet} is restarted.`], session.citations),
      affectedAssets: 1,
      actions: [{ name: 'restart', type: 'fleet.restart', params: { fleet, server: server.name } }],
    }),
  );
};
