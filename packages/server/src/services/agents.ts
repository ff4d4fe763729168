import { z } from 'zod';
import { installedSpecialists } from '../agents/installed.ts';
import type { Config } from '../config.ts';
import { accepted } from '../domain/errors.ts';
import { toCarriable, type JsonObject } from '../domain/json.ts';
import type { GoalPlace } from '../domain/goal-scope.ts';
import type { Specialist } from '../domain/specialist.ts';
import { createGuardedFetch, type GuardedFetch } from '../infra/guarded-fetch.ts';
import { createHttpClient } from '../infra/http-client.ts';
import { createLanguageModel } from '../infra/models/language-model.ts';
import type { Redactor } from '../infra/redaction.ts';
import { newId } from '../infra/ids.ts';
import {
  createModelPlanner,
  createPlanGoal,
  createScriptedPlanner,
  type GoalTools,
  type Planner,
  type PlanningSession,
} from '../modules/agents/index.ts';
import type { Toolbox } from '../modules/tools/index.ts';
import { reachOfPlatforms, type ActionTypeDescription, type ExecutorRegistry } from '../platforms/index.ts';
import { createPlanningStore } from '../record/planning-store.ts';
import type { Foundation } from './foundation.ts';

interface AgentsDeps {
  readonly registry: Pick<ExecutorRegistry, 'list'>;
  /** Instead of those of the configuration: what tests put in. */
  readonly planners?: readonly Planner[] | undefined;
  readonly goalTools?: GoalTools | undefined;
  readonly toolbox: Toolbox;
}

/** Who plans goals, and by whom they are planned. */
export const openAgents = async (
  { live, database, journal, clock, egress, redactor }: Foundation,
  { registry, planners, toolbox, goalTools = goalToolsOf(toolbox) }: AgentsDeps,
) => {
  const plannings = createPlanningStore(database);
  const fetchOut = createGuardedFetch(createHttpClient(egress, { reach: 'INTERNET' }), modelBounds);
  const configured = await live.part({
    name: 'language models',
    of: ({ agents }) => ({ models: agents.models, planners: agents.planners }),
    make: (config) => configuredPlanners(config, fetchOut, redactor),
  });
  const plannersOf = (specialist: Specialist): readonly Planner[] => planners ?? configured()(specialist);
  const planGoal = createPlanGoal({
    journal,
    clock,
    plannings,
    newId,
    redact: redactor.json,
    specialists: installedSpecialists,
    plannersOf,
    actionTypes: () => registry.list().map(offerOf),
    tools: goalTools,
    places: () => onlyPlaces(live.now()),
    tokensPerDay: () => live.now().agents.tokensPerDay,
  });
  return { plannings, plannersOf, specialists: installedSpecialists, planGoal };
};

const modelBounds = { timeoutMs: 120_000, maxResponseBytes: 4 * 1024 * 1024 };

/** Those that the configuration names for an agent, or for all; without any model, the scripted planner. */
const configuredPlanners = ({ agents }: Config, fetchOut: GuardedFetch, redactor: Pick<Redactor, 'text'>) => {
  const scripted = createScriptedPlanner();
  const models = Object.entries(agents.models).map(
    ([name, settings]) =>
      [name, createModelPlanner(createLanguageModel(settings, fetchOut, redactor))] as const,
  );
  const byName = new Map(models);
  return ({ name }: Specialist): readonly Planner[] => {
    const named = agents.planners[name] ?? agents.planners['*'] ?? [...byName.keys()];
    const found = named.flatMap((each) => byName.get(each) ?? []);
    return found.length > 0 ? found : [scripted];
  };
};

/** The tools of this server as planning knows them. */
const goalToolsOf = ({ toolsOf, call }: Toolbox): GoalTools => ({
  offers: (names) =>
    toolsOf(names).map(({ name, description, input }) => ({
      name,
      description,
      inputSchema: toCarriable(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as JsonObject),
    })),
  async call(tenantId, name, input, signal) {
    const { outcome, outputDigest } = await call(tenantId, name, input, signal);
    return outcome.ok ? accepted({ ...outcome.value, outputDigest: outputDigest ?? '' }) : outcome;
  },
});

const offerOf = ({
  name,
  description,
  inputSchema,
}: ActionTypeDescription): PlanningSession['actionTypes'][number] => ({
  type: name,
  description,
  inputSchema,
});

/** What there is one of alone, so that nobody need name it: a cluster, a channel, a database. */
const onlyPlaces = ({ executors }: Config): readonly GoalPlace[] => {
  const reach = reachOfPlatforms(executors).map(({ platform, kind, name }) => {
    const [cluster = name] = name.split('/');
    return kind === 'namespace' ? { platform, kind: 'cluster', name: cluster } : { platform, kind, name };
  });
  return [...Map.groupBy(reach, ({ platform, kind }) => `${platform} ${kind}`).values()].flatMap((places) => {
    const [first] = places;
    const isSole = first && first.name !== '*' && places.every(({ name }) => name === first.name);
    return isSole ? [{ kind: first.kind, name: first.name }] : [];
  });
};
