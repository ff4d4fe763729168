import { accepted, type Outcome } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { phasesOf, rolloutInWords, rolloutLimits } from '../../../domain/rollout.ts';
import type { PlanningSession } from '../planner-port.ts';
import { question, reportOf, type Draft } from './recipe.ts';

/** A server that the requester's words found. */
export interface FoundServer {
  readonly name: string;
  readonly role: string | null;
  readonly versions: Readonly<Record<string, string>>;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  isObject(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
      )
    : {};

export const serversInScope = ({ scope }: PlanningSession): readonly FoundServer[] =>
  scope.rows.flatMap((row) => {
    const { kind, name } = textsOf(row);
    return kind === 'server' && name !== undefined
      ? [{ name, role: textsOf(row['tags'])['role'] ?? null, versions: textsOf(row['versions']) }]
      : [];
  });

/** What each of some servers is to have. */
export interface WantedVersion {
  readonly change: 'patch' | 'image';
  readonly component: string;
  readonly version: string;
}

interface RollOutWords {
  readonly title: string;
  readonly summaryOf: (servers: number) => string;
  readonly lines: readonly string[];
  readonly citations: readonly string[];
  readonly assumptions?: readonly string[];
  readonly nothing: string;
}

const mostInCanary = 2;

/** A canary and waves over those that do not have it, each server looked at before the next wave begins. */
export const rollOut = (
  session: PlanningSession,
  servers: readonly FoundServer[],
  { change, component, version }: WantedVersion,
  { title, summaryOf, lines, citations, assumptions = [], nothing }: RollOutWords,
): Outcome<Draft> => {
  const behind = servers.filter(({ versions }) => (versions[component] ?? version) !== version);
  if (behind.length === 0) return question(nothing);
  const fleet = session.scope.places.find(({ kind }) => kind === 'fleet')?.name;
  if (fleet === undefined) return question('Which fleet are the servers of? Name it.');
  const share = Math.floor((behind.length * rolloutLimits.productionPercent) / 100);
  const rollout = {
    canary: Math.max(1, Math.min(mostInCanary, share)),
    batchPercent: rolloutLimits.productionPercent,
    soakMs: 0,
    errorBudget: 0,
  };
  const phases = phasesOf(behind.length, rollout).map(({ places }) => places.length);
  const counted = behind.length === 1 ? '1 server' : `${behind.length} servers`;
  return accepted({
    summary: summaryOf(behind.length),
    report: reportOf(
      title,
      [
        ...lines,
        `${counted} of ${servers.length} get ${component} ${version}.`,
        `${rolloutInWords(phases)}.`,
        'After each phase every server of it must be healthy; otherwise what was done is undone.',
      ],
      [...session.citations, ...citations],
    ),
    assumptions: [
      'The inventory is as the servers are now: each is looked at again before it changes.',
      ...assumptions,
    ],
    affectedAssets: behind.length,
    actions: [
      {
        name: change,
        type: `fleet.${change}`,
        params: { fleet, version, [change === 'patch' ? 'component' : 'image']: component },
        targets: behind.map(({ name }) => ({ server: name })),
        rollout: {
          ...rollout,
          gate: {
            type: 'fleet.status',
            params: { fleet },
            expect: { properties: { isHealthy: { const: true } }, required: ['isHealthy'] },
            onFail: 'ROLL_BACK',
          },
        },
      },
    ],
  });
};
