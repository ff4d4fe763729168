import type { ResultOf } from 'gql.tada';
import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const Tools = graphql(`
  query Tools {
    tools {
      name
      title
      description
      reads
      inputSchema
      timeMs
      dataAsOf
      calls
      refusedCalls
      lastCalledAt
    }
  }
`);

export type Tool = ResultOf<typeof Tools>['tools'][number];

export const toolsOptions = () => documentOptions(Tools, {}, { refetchOn: ['data.imported', 'task.'] });

export const dataSetWords: Readonly<Record<Tool['reads'][number], string>> = {
  INVENTORY: 'inventory',
  VULNERABILITY: 'vulnerabilities',
  CONTROL: 'controls',
  CHARGE: 'billing',
  LOG: 'logs',
  IMAGE: 'golden images',
  API: 'APIs',
  TERRAFORM_PLAN: 'Terraform plans',
};
