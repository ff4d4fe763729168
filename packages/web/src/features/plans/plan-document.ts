import { documentOptions } from '../../graphql/document-options.ts';
import { graphql } from '../../graphql/graphql.ts';

const PlanDocument = graphql(`
  query PlanDocument($taskId: ID!) {
    task(id: $taskId) {
      id
      plan {
        revision
        hash
        document
      }
    }
  }
`);

/** The exact bytes that will run, asked for only when someone wants to see them. */
export const planDocumentOptions = (taskId: string) => documentOptions(PlanDocument, { taskId });
