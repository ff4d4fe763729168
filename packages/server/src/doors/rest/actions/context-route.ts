import { z } from 'zod';
import { accepted } from '../../../domain/errors.ts';
import { instant, optional } from '../../../modules/inputs.ts';
import { ownInput } from '../own-input.ts';
import { queryParameters } from '../query-parameters.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestRoute } from '../rest-route.ts';
import { actionShape, actionJson } from './action-json.ts';

const done = z
  .strictObject({
    ...actionShape,
    userId: z.string().describe('Who submitted it, by its UUID.'),
    source: z.string().nullable().describe('Where it came from, by the submission’s own word.'),
    tags: z.array(z.string()).describe('The labels of its task.'),
  })
  .meta({ id: 'ContextAction', description: 'One action, and for whom it was done.' });

const history = z
  .strictObject({
    actions: z.array(done).describe('Those that have not ended first, then the latest.'),
    patterns: z
      .strictObject({
        mostFrequentType: z.string().nullable().describe('repo.commit; null where there is no action.'),
        mostFrequentPlatform: z.string().nullable().describe('git; null where there is no action.'),
        peakHours: z.array(z.int()).describe('The busiest hours of the day, UTC: three at most.'),
        avgActionsPerDay: z.number().describe('Over the span that was asked about, or since the first.'),
      })
      .describe('What is usual among the latest 10,000 of them.'),
  })
  .meta({ id: 'ActionHistory', description: 'What was done, and what is usual.' });

export const contextRoute = ({ operations: { actionHistory } }: RestDeps): RestRoute => {
  const { limit, source, submittedById } = actionHistory.input.shape;
  const input = z.strictObject({
    limit,
    startDate: optional(instant).describe('From this moment on: ISO 8601 with a zone.'),
    endDate: optional(instant).describe('Before this moment.'),
    userId: submittedById,
    source,
    tags: optional(z.string().max(3_000)).describe('Of tasks with all of these tags: separated by commas.'),
  });
  const { read, faultsOf } = ownInput(input);
  return {
    method: 'GET',
    path: '/api/context/actions',
    id: 'contextActions',
    description: actionHistory.description,
    parameters: queryParameters(input),
    answers: { 200: { description: 'The actions and what is usual.', schema: history } },
    faultsOf,
    async answer(call, given) {
      const wanted = read(given);
      if (!wanted.ok) return wanted;
      const { startDate: from, endDate: to, userId: submittedById, tags, ...rest } = wanted.value;
      const found = await actionHistory.execute(call, {
        ...rest,
        from,
        to,
        submittedById,
        tags: listOf(tags),
      });
      if (!found.ok) return found;
      const { actions, patterns } = found.value;
      const body: z.output<typeof history> = {
        actions: actions.map((action) => ({
          ...actionJson(action),
          userId: action.submittedById,
          source: action.source,
          tags: [...action.tags],
        })),
        patterns: {
          mostFrequentType: patterns.mostFrequentType?.replace(/@\d+$/, '') ?? null,
          mostFrequentPlatform: patterns.mostFrequentPlatform,
          peakHours: [...patterns.peakHours],
          avgActionsPerDay: patterns.averagePerDay,
        },
      };
      return accepted({ status: 200, body });
    },
  };
};

const listOf = (tags: string | undefined): string[] | undefined =>
  tags
    ?.split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
