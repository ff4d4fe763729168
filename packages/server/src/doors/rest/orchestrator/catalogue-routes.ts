import { roles } from '@countersign/shared';
import { z } from 'zod';
import { dataSets } from '../../../domain/asset.ts';
import { accepted } from '../../../domain/errors.ts';
import type { SpecialistView } from '../../../modules/agents/index.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestRoute } from '../rest-route.ts';
import { moment } from '../../shared/task-json.ts';

const agents = z
  .strictObject({
    agents: z
      .array(
        z
          .strictObject({
            name: z.string().describe('drift_agent'),
            title: z.string().describe('Drift'),
            description: z.string().describe('What it is for, in a sentence.'),
            task_type: z.string().describe('drift_remediation'),
            planner: z.string().describe('Who plans for it: `scripted`, or the model that is asked first.'),
            tools: z.array(z.string()).describe('The tools that it may call.'),
            actions: z.array(z.string()).describe('The types of actions that it may propose.'),
            autonomy_level: z.int().describe('0: each of its plans is for a person to decide.'),
            budget: z
              .strictObject({
                tokens: z.int().describe('Of models, in and out together.'),
                tool_calls: z.int().describe('Calls of tools.'),
                time_ms: z.int().describe('Of planning, without what it waits for its next try.'),
                cost_micros: z.int().describe('Millionths of a dollar.'),
              })
              .describe('What one plan of it may take, over all tries.'),
            track_record: z
              .strictObject({
                planned: z.int().describe('Goals that it planned.'),
                refused: z.int().describe('Goals that it could not plan.'),
                succeeded: z.int().describe('Plans that ran and succeeded.'),
                failed: z.int().describe('Plans that ran and did not.'),
                rejected: z.int().describe('Plans that people rejected.'),
              })
              .describe('What its plans came to within ninety days.'),
          })
          .meta({ id: 'OrchestratorAgent', description: 'An agent that plans goals of one kind.' }),
      )
      .describe('The specialists; of goals that speak for several alike, the first word decides.'),
    callers: z
      .array(
        z
          .strictObject({
            id: z.string().describe('UUID.'),
            name: z.string().describe('How it is called.'),
            owner_id: z.string().nullable().describe('The person who answers for it.'),
            roles: z.array(z.enum(roles)).describe('What it may do.'),
          })
          .meta({ id: 'OrchestratorCaller', description: 'An agent that may submit tasks in your tenant.' }),
      )
      .describe('Agents of your tenant, by name: 200 at most.'),
  })
  .meta({ id: 'OrchestratorAgents', description: 'Who plans, and who submits.' });

const tools = z
  .strictObject({
    tools: z
      .array(
        z
          .strictObject({
            name: z.string().describe('query_assets'),
            title: z.string().describe('For people.'),
            description: z.string().describe('What it answers, and what it does not.'),
            reads: z.array(z.enum(dataSets)).describe('What it reads.'),
            data_as_of: moment
              .nullable()
              .describe('When the oldest of that was imported; null where something of it never was.'),
            calls: z.int().describe('In the last 30 days.'),
            input_schema: z.record(z.string(), z.unknown()).describe('JSON Schema (2020-12) of its input.'),
          })
          .meta({ id: 'OrchestratorTool', description: 'Something that an agent may look up.' }),
      )
      .describe('By what they are for.'),
    actions: z
      .array(
        z
          .strictObject({
            name: z.string().describe('repo.commit@1'),
            description: z.string().describe('What it does.'),
            platform: z.string().describe('What it acts on.'),
            category: z.string().describe('READ, WRITE, DEPLOY or ROLLBACK.'),
            reversible: z.boolean().describe('Whether undoing it brings back what was there.'),
            input_schema: z.record(z.string(), z.unknown()).describe('JSON Schema (2020-12) of its params.'),
          })
          .meta({ id: 'OrchestratorAction', description: 'Something that a plan may do.' }),
      )
      .describe('By name and version.'),
  })
  .meta({ id: 'OrchestratorTools', description: 'What agents look things up with, and what plans may do.' });

const tellSpecialist = ({
  name,
  title,
  purpose,
  taskType,
  planner,
  tools: own,
  actions,
  autonomyLevel,
  budget: { tokens, toolCalls, timeMs, costMicros },
  track: { planned, refused, succeeded, failed, rejected },
}: SpecialistView): z.output<typeof agents>['agents'][number] => ({
  name,
  title,
  description: purpose,
  task_type: taskType,
  planner,
  tools: [...own],
  actions: actions.map(({ type }) => type),
  autonomy_level: autonomyLevel,
  budget: { tokens, tool_calls: toolCalls, time_ms: timeMs, cost_micros: costMicros },
  track_record: { planned, refused, succeeded, failed, rejected },
});

export const catalogueRoutes = ({
  operations: { principals, specialists, actionTypes, tools: listTools },
}: RestDeps): readonly RestRoute[] => [
  {
    method: 'GET',
    path: '/api/v1/ai/agents',
    id: 'listAgents',
    description: `${specialists.description} Beside them, as callers, the agents of your tenant.`,
    parameters: [],
    answers: { 200: { description: 'The agents.', schema: agents } },
    faultsOf: () => [],
    async answer(call) {
      const found = await principals.execute(call, { first: 200 });
      if (!found.ok) return found;
      const planning = await specialists.execute(call, {});
      if (!planning.ok) return planning;
      const body: z.output<typeof agents> = {
        agents: planning.value.map(tellSpecialist),
        callers: found.value.nodes
          .filter(({ type }) => type === 'AGENT')
          .map(({ id, name, ownerId, roles: given }) => ({ id, name, owner_id: ownerId, roles: [...given] })),
      };
      return accepted({ status: 200, body });
    },
  },
  {
    method: 'GET',
    path: '/api/v1/ai/tools',
    id: 'listTools',
    description: `${listTools.description} Beside them, the catalogue of actions.`,
    parameters: [],
    answers: { 200: { description: 'The tools.', schema: tools } },
    faultsOf: () => [],
    async answer(call) {
      const found = await actionTypes.execute(call, {});
      if (!found.ok) return found;
      const listed = await listTools.execute(call, {});
      if (!listed.ok) return listed;
      const body: z.output<typeof tools> = {
        tools: listed.value.map(({ name, title, description, reads, dataAsOf, calls, inputSchema }) => ({
          name,
          title,
          description,
          reads: [...reads],
          data_as_of: dataAsOf?.toISOString() ?? null,
          calls,
          input_schema: { ...inputSchema },
        })),
        actions: found.value.map(
          ({ name, version, description, platform, category, reversible, inputSchema }) => ({
            name: `${name}@${version}`,
            description,
            platform,
            category,
            reversible,
            input_schema: inputSchema,
          }),
        ),
      };
      return accepted({ status: 200, body });
    },
  },
];
