import { stepStates } from '@countersign/shared';
import { z } from 'zod';
import { accepted } from '../../../domain/errors.ts';
import { actionWordOf, actionWords } from '../../../domain/legacy-statuses.ts';
import { instant, optional } from '../../../modules/inputs.ts';
import { ownInput } from '../own-input.ts';
import type { RestDeps } from '../rest-deps.ts';
import type { RestRoute } from '../rest-route.ts';
import { queryParameters } from '../query-parameters.ts';
import { actionSchema, actionJson } from './action-json.ts';

const recent = z
  .strictObject({
    actions: z.array(actionSchema).describe('Those that have not ended first, then the latest.'),
    total: z.int().describe('How many match; 10,000 stands for as many or more.'),
    limit: z.int().describe('How many were asked for.'),
    offset: z.int().describe('How many were left out.'),
  })
  .meta({ id: 'RecentActions', description: 'A page of actions.' });

export const recentRoute = ({ operations: { actions } }: RestDeps): RestRoute => {
  const { platform, limit, offset } = actions.input.shape;
  const input = z.strictObject({
    limit,
    offset,
    platform,
    status: optional(z.enum(actionWords)).describe('success, failed or pending.'),
    startDate: optional(instant).describe('From this moment on: ISO 8601 with a zone.'),
    endDate: optional(instant).describe('Before this moment.'),
  });
  const { read, faultsOf } = ownInput(input);
  return {
    method: 'GET',
    path: '/api/actions/recent',
    id: 'recentActions',
    description: actions.description,
    parameters: queryParameters(input),
    answers: { 200: { description: 'The actions.', schema: recent } },
    faultsOf,
    async answer(call, given) {
      const wanted = read(given);
      if (!wanted.ok) return wanted;
      const { status, startDate: from, endDate: to, ...rest } = wanted.value;
      const states = status && stepStates.filter((state) => actionWordOf[state] === status);
      const found = await actions.execute(call, { ...rest, from, to, states });
      if (!found.ok) return found;
      const body: z.output<typeof recent> = { ...found.value, actions: found.value.actions.map(actionJson) };
      return accepted({ status: 200, body });
    },
  };
};
